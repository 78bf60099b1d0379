/** Brings the stores to life in their order, and keeps them in step with who is here. */
import { watch } from 'vue'
import { getValue } from '@/offline/db'
import { loadTimeToken, warmUp } from '@/offline/device'
import { useAlerts } from './alerts'
import { useIncidents } from './incidents'
import { useLive } from './live'
import { usePlaybooks } from './playbooks'
import { useQueue } from './queue'
import { useSession } from './session'

const SPREAD_MS = 25_000

export async function startStores(): Promise<void> {
  const session = useSession()
  const live = useLive()
  const queue = useQueue()
  const incidents = useIncidents()
  const alerts = useAlerts()
  await Promise.all([session.load(), loadTimeToken()])
  incidents.start()
  await alerts.start()
  await queue.start()
  void warmUp()

  /** Between two people nobody is connected: the cookie is still that of the one who has left. */
  const connect = () => {
    live.reconnectAs(session.present && session.leavingId === null)
    if (session.present) void usePlaybooks().load()
  }
  // Not all tablets of a bank at once: each within half a minute.
  live.on('playbooks', () => void setTimeout(() => void usePlaybooks().load(), Math.random() * SPREAD_MS))
  connect()
  void pushFor(session.me?.id ?? null, false)
  watch(
    // Each by itself: asking again who is here, and hearing the same, makes no new socket.
    [() => session.me?.id ?? null, () => session.device?.id ?? null, () => session.leavingId],
    ([person], [before]) => {
      if (person !== before) {
        alerts.clear()
        incidents.clear()
      }
      connect()
      void pushFor(person ?? null, session.leavingId !== null)
      void queue.flush()
    },
  )
}

/** This browser's push is that of whoever is here; a session that has only run out keeps it. */
async function pushFor(person: string | null, left: boolean): Promise<void> {
  if ((person === null && !left) || !(await getValue('pushOwner'))) return
  const { forgetPush, keepPush } = await import('@/push/push')
  await (person === null ? forgetPush() : keepPush(person)).catch(() => undefined) // the page tells how it stands
}
