/** What can be done to a step, beside ticking it. */
export type StepAct = 'complete' | 'explain' | 'clear' | 'skip' | 'reopen'
