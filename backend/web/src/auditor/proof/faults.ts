/** What a check finds. The words for each are in i18n, auditor.fault. */
export type FaultCode =
  | 'notEvent'
  | 'fields'
  | 'impossible'
  | 'seq'
  | 'incident'
  | 'prev'
  | 'hash'
  | 'position'
  | 'start'
  | 'textMissing'
  | 'textChanged'
  | 'textHidden'
  | 'textExtra'
  | 'headSeq'
  | 'headHash'
  | 'deviceText'
  | 'deviceSignature'
  | 'playbookMissing'
  | 'playbookChanged'
  | 'playbookExtra'
  | 'number'
  | 'count'
  | 'signature'
  | 'otherKey'

export interface Fault {
  code: FaultCode
  /** The event's place, from 1, where the fault belongs to one. */
  at?: number
  type?: string
  /** What stands there. */
  given?: string
  /** What this browser has worked out. */
  found?: string
}

export interface Verdict {
  /** intact, tampered, or unknown: not a bundle that can be read. */
  kind: 'intact' | 'tampered' | 'unknown'
  faults: Fault[]
  events: number
  texts: number
  purged: number
  /** Device signatures that hold, and those whose key is not at hand. */
  signatures: { good: number; noKey: number }
  /** The bundle's own signature: none in a timeline that was only read. */
  bundle: 'none' | 'good' | 'bad' | 'unsupported'
}

export type Progress = (done: number, total: number) => void
