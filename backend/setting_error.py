"""What a setting is refused with."""


class SettingError(ValueError):
    """A setting cannot be used; the message is one clear line."""
