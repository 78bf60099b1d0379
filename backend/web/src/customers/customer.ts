/** What the pages about customers share: who may what, and how one is looked for. */
import type { components } from '@/api/schema'

export type Card = components['schemas']['Customer']
export type Change = components['schemas']['CustomerChange']

export const TAGS = ['high_sensitivity', 'low_trust', 'vulnerable', 'official', 'lawyer', 'influential'] as const
export const RISKS = ['conservative', 'balanced', 'aggressive'] as const
export const CHANNELS = ['phone', 'sms', 'visit', 'wechat', 'email', 'mail'] as const

const MANAGERS = ['branch_manager', 'deputy_manager', 'counter_supervisor', 'regional_manager', 'hq_duty']
const KEEPERS = new Set([...MANAGERS, 'complaint_officer', 'compliance_officer'])
const FLOOR = new Set(['teller', 'lobby_manager', 'office_staff'])

/** Keeps cards: writes tags and limits, mutes and lifts. The server decides; this spares buttons. */
export const keeps = (roles: readonly string[]): boolean => roles.some((role) => KEEPERS.has(role))
/** Contacts customers for marketing, or answers for who does. */
export const markets = (roles: readonly string[]): boolean => keeps(roles) || roles.includes('business_line')
/** Writes down what a customer says at the counter or on the phone. */
export const hears = (roles: readonly string[]): boolean => markets(roles) || roles.some((role) => FLOOR.has(role))
export const lifts = (roles: readonly string[]): boolean => roles.includes('compliance_officer')

const NUMBER = /^[\dA-Za-z][\dA-Za-z -]{5,}$/

/** A whole number is looked for as it is; anything else is a part of the name. */
export function looked(text: string): { q?: string; reference?: string } {
  const words = text.trim()
  if (!words) return {}
  return NUMBER.test(words) && /\d/.test(words) ? { reference: words } : { q: words }
}
