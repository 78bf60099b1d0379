/** Ask for a check; progress while it runs, then the verdict. A newer question replaces the older. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { serverNow } from '@/ui/time'
import type { Verdict } from './faults'
import type { Answer, Order } from './worker'

export type ProofState = 'idle' | 'checking' | 'done' | 'impossible'

export function useProof() {
  const state = ref<ProofState>('idle')
  const progress = ref(0)
  const verdict = shallowRef<Verdict | null>(null)
  const at = ref(0)
  let worker: Worker | null = null

  function stop(): void {
    worker?.terminate()
    worker = null
  }

  function check(order: Order): void {
    stop()
    if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) {
      state.value = 'impossible' // away from https a browser has no WebCrypto
      return
    }
    state.value = 'checking'
    progress.value = 0
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === 'progress') progress.value = data.total ? data.done / data.total : 1
      else if (data.kind === 'verdict') finish(data.verdict)
      else fail()
    }
    worker.onerror = fail
    worker.postMessage(order)
  }

  function finish(found: Verdict): void {
    verdict.value = found
    at.value = serverNow()
    state.value = 'done'
    stop()
  }

  function fail(): void {
    state.value = 'impossible'
    stop()
  }

  onScopeDispose(stop)
  return { state, progress, verdict, at, check }
}
