/** The icons of the reference screens: stroke 1.8 on 24, round ends. Add one: a name and its shapes. */
export const ICONS = {
  back:
    '<path d="M20 6H10L4 12l6 6h10zM12.5 9.500l5 5M17.5 9.500l-5 5"/>',
  ban:
    '<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>',
  bell:
    '<path d="M4 17h16M6 17v-4.5a6 6 0 0 1 12 0V17M12 6.500V4M9.5 4h5M9.5 20h5"/>',
  book:
    '<path d="M12 6.500C10 5 7.5 4.5 4 4.500v13c3.5 0 6 .5 8 2 2-1.5 4.5-2 8-2v-13c-3.5 0-6 .5-8 2zM12 6.500v13"/>',
  bub1:
    '<path d="M4 5h16v11.500h-8L7.5 20v-3.500H4z"/><path d="M12 10.750h.01" stroke-width="2.6"/>',
  bub2:
    '<path d="M4 5h16v11.500h-8L7.5 20v-3.500H4z"/><path d="M9.8 10.750h.01M14.2 10.750h.01" stroke-width="2.6"/>',
  bub3:
    '<path d="M4 5h16v11.500h-8L7.5 20v-3.500H4z"/><path d="M8 10.750h.01M12 10.750h.01M16 10.750h.01" stroke-width="2.6"/>',
  burst:
    '<circle cx="8.5" cy="9" r="3.5"/><path d="M2.5 20v-.5a6 6 0 0 1 12 0v.5M18 3.500l-2.5 4h4L17 12"/>',
  calendar:
    '<rect x="4" y="5.500" width="16" height="14.500" rx="2"/><path d="M4 10h16M8.5 3v4.500M15.5 3v4.500"/>',
  camera:
    '<path d="M3.5 7.500H8l1.5-2.500h5L16 7.500h4.500V19h-17z"/><circle cx="12" cy="13" r="3.3"/>',
  chart:
    '<path d="M4 4v16h16M8.5 16v-4M13 16V8M17.5 16v-6"/>',
  check:
    '<path d="M5 12.500l4.7 4.700L19.5 7.3"/>',
  clock:
    '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.300l3.3 2"/>',
  down:
    '<path d="M5.5 9.500L12 16l6.5-6.5"/>',
  download:
    '<path d="M12 4v11M7 10.500l5 5 5-5M4.5 20h15"/>',
  drag:
    '<path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" stroke-width="2.6"/>',
  eye:
    '<path d="M2.5 12C4.7 8 8 6 12 6s7.3 2 9.5 6c-2.2 4-5.5 6-9.5 6s-7.3-2-9.5-6z"/><circle cx="12" cy="12" r="2.8"/>',
  file:
    '<path d="M6 3.500h8l4 4v13H6zM14 3.500v4h4"/>',
  form:
    '<path d="M6 5.500H5v15h14v-15h-1M9 4h6v3.500H9zM8.5 12h7M8.5 16h4.5"/>',
  gear:
    '<circle cx="12" cy="12" r="3"/><path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.600l2.2 2.200M16.2 16.200l2.2 2.200M18.4 5.600l-2.2 2.200M7.8 16.200l-2.2 2.2"/>',
  globe:
    '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.500c5 5.5 5 11.5 0 17M12 3.500c-5 5.5-5 11.5 0 17"/>',
  grid:
    '<path d="M4 4h6.500v6.500H4zM13.5 4H20v6.500h-6.500zM4 13.500h6.500V20H4zM13.5 13.500H20V20h-6.500z"/>',
  group:
    '<circle cx="12" cy="8" r="3"/><path d="M6.5 19.500v-1a5.5 5.5 0 0 1 11 0v1M5.8 6.200a2.5 2.5 0 0 0 0 4.800M2.5 18v-.5a4.5 4.5 0 0 1 2.7-4.100M18.2 6.200a2.5 2.5 0 0 1 0 4.800M21.5 18v-.5a4.5 4.5 0 0 0-2.7-4.1"/>',
  hand:
    '<circle cx="8" cy="8" r="3"/><path d="M2.5 19.500v-.5a5.5 5.5 0 0 1 8.5-4.600M13 17.500h8M18 14.500l3 3-3 3"/>',
  lanes:
    '<path d="M3.5 6h17M3.5 12h17M3.5 18h17"/><circle cx="8" cy="6" r="1.8"/><circle cx="15" cy="12" r="1.8"/><circle cx="11" cy="18" r="1.8"/>',
  left:
    '<path d="M14.5 5.500L8 12l6.5 6.5"/>',
  link:
    '<path d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.600l-1.2 1.200M14 10a4.5 4.5 0 0 0-6.4 0l-3 3A4.5 4.5 0 0 0 11 19.400l1.2-1.2"/>',
  'link-off':
    '<path d="M3 9.500a13 13 0 0 1 5-3M12 5.700a13 13 0 0 1 9 3.800M6.5 13.200a8 8 0 0 1 5.5-2.200M9.7 16.700a3.5 3.5 0 0 1 4.6 0M4 3l16 18"/>',
  'link-ok':
    '<path d="M3 9.500a13 13 0 0 1 18 0M6.5 13.200a8 8 0 0 1 11 0M9.7 16.700a3.5 3.5 0 0 1 4.6 0"/><path d="M12 20h.01" stroke-width="2.6"/>',
  list:
    '<path d="M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>',
  lock:
    '<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.500V8a4 4 0 0 1 8 0v2.500M12 14.500v2"/>',
  mic:
    '<path d="M9 5.500a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 10.500a6.5 6.5 0 0 0 13 0M12 17v3.500M8.5 20.500h7"/>',
  minus:
    '<path d="M5 12h14"/>',
  more:
    '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.8"/>',
  mute:
    '<path d="M5 17h13.500M6.5 17v-4.500c0-1.3.4-2.5 1.1-3.500M10 6.800A6 6 0 0 1 18 12.500V15M9.5 20h5M4 4l16 16"/>',
  note:
    '<path d="M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.500h7M8.5 12h4"/>',
  'note-add':
    '<path d="M4 5h16v10.500h-8L7.5 19v-3.500H4zM12 7.700v5M9.5 10.200h5"/>',
  phone:
    '<path d="M5 4h4l1.7 4.5-2.4 1.600a11 11 0 0 0 5.6 5.600l1.6-2.400L20 15v4a1.5 1.5 0 0 1-1.6 1.500A15.5 15.5 0 0 1 3.5 5.6 1.5 1.5 0 0 1 5 4z"/>',
  plus:
    '<path d="M12 5v14M5 12h14"/>',
  right:
    '<path d="M9.5 5.500L16 12l-6.5 6.5"/>',
  search:
    '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>',
  shield:
    '<path d="M12 3.500l7.5 2.700v5.300c0 4.5-3 7.6-7.5 9.3-4.5-1.7-7.5-4.8-7.5-9.300V6.200z"/>',
  'shield-ok':
    '<path d="M12 3.500l7.5 2.700v5.300c0 4.5-3 7.6-7.5 9.3-4.5-1.7-7.5-4.8-7.5-9.300V6.200z"/><path d="M8.5 12l2.5 2.5 4.5-4.8"/>',
  swap:
    '<path d="M4 8.500h14M14.5 5L18 8.5 14.5 12M20 15.500H6M9.5 12L6 15.5 9.5 19"/>',
  tablet:
    '<rect x="4.5" y="3" width="15" height="18" rx="2"/><path d="M10.5 17.500h3"/>',
  target:
    '<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="3.5"/><path d="M12 2.500V5M12 19v2.500M2.5 12H5M19 12h2.5"/>',
  up:
    '<path d="M12 20V5M5.5 11.500L12 5l6.5 6.5"/>',
  user:
    '<circle cx="12" cy="8" r="3.5"/><path d="M5 20v-.5a7 7 0 0 1 14 0v.5"/>',
  warn:
    '<path d="M12 4l9 16H3zM12 10v4.500M12 17.200h.01"/>',
  x:
    '<path d="M6 6l12 12M18 6L6 18"/>',
} as const

export type IconName = keyof typeof ICONS
