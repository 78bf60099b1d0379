/** The facts of an incident as they are asked for at the counter (contract, "Names"). */
export const FIRST_FLAGS = ['injury', 'major_loss', 'danger_to_life', 'incites_others', 'recording_seen'] as const
export const THREATS = ['threat_media', 'threat_regulator', 'threat_court', 'threat_petition'] as const
export const WHO = ['who_official', 'who_lawyer', 'who_influential', 'who_vulnerable'] as const

export const CHOICES = {
  place: ['counter', 'lobby', 'entrance', 'room', 'atm', 'outside'],
  holder: ['self', 'authorised', 'other'],
  profile: ['exploding', 'weeping', 'evidence', 'serving_agent', 'departed_agent'],
  complaint_kind: ['fact', 'perception'],
  card_topic: ['credit_record', 'interest_fees', 'instalments', 'collection'],
} as const
export const MANNERS = [
  'odd_demands',
  'emotional',
  'unreasonable',
  'impulsive',
  'impatient',
  'changing_demands',
  'arrogant',
  'professional',
  'media_involved',
] as const

/** Typed ones, with the most characters that the server takes. */
export const TEXTS = { demand: 4000, media_outlet: 4000, press_card: 4000, clothing: 4000, counter_no: 20, business_line: 60, subject_staff: 64 } as const

export const MOST_PEOPLE = 999

/** “12.50” yuan as fen; null where it is not an amount. */
export function fenOf(yuan: string): number | null {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(yuan.trim().replaceAll(',', ''))
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null
}

export function yuanOf(fen: unknown): string {
  if (typeof fen !== 'number') return ''
  const cents = String(fen % 100).padStart(2, '0')
  return fen % 100 ? `${Math.floor(fen / 100)}.${cents}` : String(fen / 100)
}

export type FactGroup = 'who' | 'manners' | 'profile' | 'rest'
