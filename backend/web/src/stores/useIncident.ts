/** One incident for a page: live, with what this device has done and not sent yet. */
import { computed, onScopeDispose, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useIncidents } from './incidents'
import { draftOf, overlay } from './overlay'
import { usePlaybooks } from './playbooks'
import { useQueue } from './queue'
import { useSession } from './session'
import type { CommandData, CommandName } from '@/offline/kept'

export function useIncident(id: MaybeRefOrGetter<string>) {
  const incidents = useIncidents()
  const queue = useQueue()
  const session = useSession()
  const books = usePlaybooks()

  let stop: () => void = () => undefined
  watch(
    () => toValue(id),
    (now) => {
      stop()
      stop = incidents.watch(now)
    },
    { immediate: true },
  )
  onScopeDispose(() => stop())

  const entry = computed(() => incidents.entry(toValue(id)))
  const realId = computed(() => entry.value.incident?.id ?? toValue(id))
  const mine = computed(() => [toValue(id), realId.value])
  const ours = computed(() =>
    queue.all.filter((kept) => kept.incident !== null && mine.value.includes(kept.incident) && !kept.quiet),
  )
  const onTheWay = computed(() => ours.value.filter((kept) => kept.state === 'kept'))
  const unheeded = computed(() => ours.value.filter((kept) => kept.state !== 'kept'))

  const incident = computed(() => {
    const known = entry.value.incident
    if (known) return overlay(known, onTheWay.value.filter((kept) => kept.command !== 'open'), session.me)
    const raised = onTheWay.value.find((kept) => kept.command === 'open')
    const book = raised && books.byId.get(String(raised.data.type))
    if (!raised || !book) return null
    const branch = session.device?.org ?? session.me?.roles[0]?.org ?? { id: '', name: '' }
    const draft = draftOf(raised, book, branch, session.me)
    return overlay(draft, onTheWay.value.filter((kept) => kept !== raised), session.me, true)
  })

  return {
    /** The incident as it is to be shown, or null while there is nothing to show. */
    incident,
    /** Why it could not be read; stale content may still be there. */
    problem: computed(() => (incident.value?.draft ? null : entry.value.problem)),
    loading: computed(() => entry.value.loading),
    /** This device's commands that were refused or came too late. */
    unheeded,
    reload: () => incidents.load(toValue(id)),
    send: (command: CommandName, data?: CommandData) => queue.send(command, realId.value, data),
    sendAndWait: (command: CommandName, data?: CommandData) => queue.sendAndWait(command, realId.value, data),
  }
}
