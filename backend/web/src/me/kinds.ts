/** The kinds of channels that somebody can add by hand, in the order in which they are offered. */
export const KINDS = ['wecom', 'dingtalk', 'feishu', 'sms', 'email', 'ntfy', 'webhook', 'apprise'] as const
export type Kind = (typeof KINDS)[number]

/** Where a secret can stand beside the address. */
export const SIGNED: ReadonlySet<string> = new Set<Kind>(['dingtalk', 'feishu', 'ntfy', 'webhook'])
