/** Brings the stores to life in their order, and keeps them in step with who is here. */
import { watch } from 'vue'
import { loadTimeToken, warmUp } from '@/offline/device'
import { useAlerts } from './alerts'
import { useIncidents } from './incidents'
import { useLive } from './live'
import { usePlaybooks } from './playbooks'
import { useQueue } from './queue'
import { useSession } from './session'

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
  connect()
  watch(
    () => [session.me?.id ?? null, session.device?.id ?? null, session.leavingId],
    ([person], [before]) => {
      if (person !== before) {
        alerts.clear()
        incidents.clear()
      }
      connect()
      void queue.flush()
    },
  )
}
