/** A file from the server, with its progress in bytes; it can be stopped. What comes incomplete is not saved. */
import { onScopeDispose, ref, shallowRef } from 'vue'
import { asProblem, languageHeader, offlineProblem, problemOf, ProblemError, type Problem } from '@/api/problems'

export type DownloadState = 'idle' | 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'cut'

const SHOWN_MS = 100

export function useDownload() {
  const state = ref<DownloadState>('idle')
  const bytes = ref(0)
  const total = ref<number | null>(null)
  const problem = shallowRef<Problem | null>(null)
  let stop: AbortController | null = null

  /** Fetch and save it. The file, or null when there is none. */
  async function start(path: string, fallback: string): Promise<Blob | null> {
    stop?.abort()
    const mine = (stop = new AbortController())
    state.value = 'waiting'
    bytes.value = 0
    total.value = null
    problem.value = null
    try {
      const response = await fetch(path, { headers: { 'X-Counterbell': '1', ...languageHeader() }, signal: mine.signal })
      if (!response.ok) throw new ProblemError(await problemOf(response))
      const file = await receive(response)
      if (mine !== stop) return null
      save(file, nameIn(response) ?? fallback)
      state.value = 'done'
      return file
    } catch (error) {
      if (mine !== stop) return null
      if (mine.signal.aborted) state.value = 'cancelled'
      else if (error instanceof ProblemError) fail(error)
      else if (bytes.value > 0) state.value = 'cut'
      else fail(new ProblemError(offlineProblem()))
      return null
    }
  }

  async function receive(response: Response): Promise<Blob> {
    const length = Number(response.headers.get('Content-Length'))
    if (length > 0 && !response.headers.get('Content-Encoding')) total.value = length
    state.value = 'running'
    const parts: Uint8Array<ArrayBuffer>[] = []
    const reader = response.body!.getReader()
    let received = 0
    let shown = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      received += value.length
      if (performance.now() - shown > SHOWN_MS) {
        bytes.value = received
        shown = performance.now()
      }
    }
    bytes.value = received
    return new Blob(parts, { type: response.headers.get('Content-Type') ?? '' })
  }

  function fail(error: ProblemError): void {
    problem.value = asProblem(error)
    state.value = 'failed'
  }

  const cancel = (): void => stop?.abort()
  onScopeDispose(cancel)
  return { state, bytes, total, problem, start, cancel }
}

function nameIn(response: Response): string | null {
  return /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? null
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
