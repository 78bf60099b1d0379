/** Listening to the socket from a component, for as long as it is there. */
import { onScopeDispose } from 'vue'
import { useLive, type Heard } from './live'

export function useHeard<E extends keyof Heard>(event: E, listener: (payload: Heard[E]) => void): void {
  onScopeDispose(useLive().on(event, listener))
}
