import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue'
import { ApiError } from '@/api/http'
import type { Application, Configurables } from '@/api/types'
import type { UserApi } from '@/api/user'
import { usePolling, type Polling } from '@/shared/usePolling'
import { rememberStart } from './durations'
import { entryName, isOver, newEntry, type Entry, type Failure } from './entry'
import { isBusy, useHearing, type Hearing } from './useHearing'

/** Gentle: one look costs one database query and two Docker calls. */
export const LOOK_EVERY = 15_000
/** While the server pushes changes by itself. */
export const LOOK_RARELY = 300_000

export interface Applications {
  entries: Entry[]
  /** False until the first list has come. */
  loaded: Ref<boolean>
  /** Why the last look failed; null when it worked. */
  trouble: Ref<ApiError | null>
  /** Whether the server pushes changes, so that looking can be rare. */
  pushed: Ref<boolean>
  running: ComputedRef<Entry[]>
  polling: Polling
  refresh: () => Promise<void>
  /** Take in what the server pushed. */
  hear: Hearing['hear']
  setClock: Hearing['setClock']
  find: (id: string | null) => Entry | undefined
  start: (entry: Entry, configurables?: Configurables) => Promise<boolean>
  stop: (entry: Entry) => Promise<boolean>
  /** What was to be read there has been read. */
  dismiss: (entry: Entry) => void
}

export function toFailure(act: Failure['act'], error: unknown): Failure {
  const known = error instanceof ApiError ? error : null
  const body = known?.body ?? {}
  return {
    act,
    reason: known?.message ?? 'Something unexpected happened in this page.',
    step: typeof body.step === 'string' ? body.step : null,
    ref: known?.ref ?? null,
    exitCode: typeof body.exit_code === 'number' ? body.exit_code : null,
    outOfMemory: body.out_of_memory === true,
    log: typeof body.log === 'string' ? body.log : '',
  }
}

/**
 * The user's applications: asked for, kept true, started and stopped.
 *
 * An act of our own is always newer than a list that was asked for before it: `acts`
 * counts them, and such a list does not touch that entry's phase.
 */
export function useApplications(api: UserApi, say: (text: string) => void = () => {}): Applications {
  const entries = reactive<Entry[]>([])
  const loaded = ref(false)
  const trouble = ref<ApiError | null>(null)
  const pushed = ref(false)
  const lastAct = new Map<string, number>()
  let acts = 0

  function touch(entry: Entry): void {
    lastAct.set(entry.id, ++acts)
  }

  const polling = usePolling(look, { interval: () => (pushed.value ? LOOK_RARELY : LOOK_EVERY) })
  const hearing = useHearing({ entries, say, look: polling.now, touch })

  /** A list that was asked for when `asOf` acts were done knows less than we do. */
  const isNewer = (entry: Entry, asOf: number) =>
    isBusy(entry) || hearing.isUnderWay(entry) || (lastAct.get(entry.id) ?? 0) > asOf

  function adoptContainer(entry: Entry, found: string | null): void {
    const urlId = found !== null && hearing.hasEnded(found) ? null : found
    if (entry.phase === 'running' && urlId === null) {
      entry.lastUrlId = entry.urlId
      entry.notice = 'The application has ended. It was stopped elsewhere, or it ended by itself.'
      say(`${entryName(entry)} has ended.`)
    }
    if (urlId !== null && urlId !== entry.urlId) Object.assign(entry, { notice: null, failure: null, lastUrlId: null })
    entry.phase = urlId === null ? 'stopped' : 'running'
    entry.urlId = urlId
    entry.elsewhere = false
    entry.startedAt = null
  }

  /** An entry that is in the list no more. Whether it stays in sight all the same. */
  function outlives(entry: Entry, running: string[], asOf: number): boolean {
    if (isNewer(entry, asOf)) return true
    if (entry.urlId !== null) {
      entry.revoked ??= { endsAt: null }
      if (!running.includes(entry.urlId)) adoptContainer(entry, null)
      return true
    }
    // What became of it is still to be read.
    return isOver(entry) && (entry.notice !== null || entry.failure !== null)
  }

  function merge(list: Application[], running: string[], asOf: number): void {
    const known = new Map(entries.map((entry) => [entry.id, entry]))
    const next = list.map((application) => {
      const entry = known.get(application.mapping_id)
      if (!entry) return newEntry(application)
      known.delete(entry.id)
      entry.application = application
      if (!isNewer(entry, asOf)) {
        entry.revoked = null
        adoptContainer(entry, application.container?.url_id ?? null)
      }
      return entry
    })
    // Where it was: nothing jumps under the user's hands.
    entries.forEach((entry, at) => {
      if (known.has(entry.id) && outlives(entry, running, asOf)) next.splice(Math.min(at, next.length), 0, entry)
    })
    entries.splice(0, entries.length, ...next)
  }

  async function look(): Promise<void> {
    const asOf = acts
    try {
      const list = await api.applications()
      const listed = new Set(list.map((application) => application.mapping_id))
      // A grant that was taken away takes the entry out of the list, not the container away.
      const orphaned = entries.some((entry) => entry.urlId !== null && !listed.has(entry.id))
      merge(list, orphaned ? await api.running() : [], asOf)
      loaded.value = true
      trouble.value = null
    } catch (error) {
      trouble.value = error instanceof ApiError ? error : new ApiError(String(error), 0)
      throw error
    }
  }

  async function start(entry: Entry, configurables?: Configurables): Promise<boolean> {
    if (entry.phase === 'starting' || entry.phase === 'stopping' || isOver(entry)) return false
    touch(entry)
    const began = Date.now()
    const fresh = { steps: [], warnings: [], failure: null, notice: null, lastUrlId: null }
    Object.assign(entry, { phase: 'starting', startedAt: began, elsewhere: false, ...fresh })
    say(`${entryName(entry)} is starting.`)
    try {
      const urlId = await api.start(entry.id, configurables)
      Object.assign(entry, { phase: 'running', urlId })
      rememberStart(entry.application.image.name, (Date.now() - began) / 1000)
      say(`${entryName(entry)} is running.`)
      return true
    } catch (error) {
      Object.assign(entry, { phase: 'stopped', urlId: null, failure: toFailure('start', error) })
      say(`${entryName(entry)} could not be started.`)
      // It may run all the same: started elsewhere, or the answer was lost.
      queueMicrotask(() => void polling.now())
      return false
    } finally {
      entry.startedAt = null
      touch(entry)
      hearing.catchUp(entry)
    }
  }

  async function stop(entry: Entry): Promise<boolean> {
    if (entry.phase !== 'running' || entry.urlId === null) return false
    const urlId = entry.urlId
    touch(entry)
    Object.assign(entry, { phase: 'stopping', failure: null, notice: null })
    say(`${entryName(entry)} is stopping.`)
    try {
      await api.stop(urlId).catch((error: unknown) => {
        // Already gone is what was wanted.
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
      Object.assign(entry, { phase: 'stopped', urlId: null })
      hearing.settle(urlId)
      say(`${entryName(entry)} has stopped.`)
      leaveIfOver(entry)
      return true
    } catch (error) {
      Object.assign(entry, { phase: 'running', failure: toFailure('stop', error) })
      say(`${entryName(entry)} could not be stopped.`)
      return false
    } finally {
      touch(entry)
      hearing.catchUp(entry)
    }
  }

  function leaveIfOver(entry: Entry): void {
    if (isOver(entry)) entries.splice(entries.indexOf(entry), 1)
  }

  return {
    entries,
    loaded,
    trouble,
    pushed,
    running: computed(() => entries.filter((entry) => entry.phase === 'running')),
    polling,
    refresh: polling.now,
    hear: hearing.hear,
    setClock: hearing.setClock,
    find: (id) => (id === null ? undefined : entries.find((entry) => entry.id === id)),
    start,
    stop,
    dismiss(entry) {
      entry.failure = null
      entry.notice = null
      leaveIfOver(entry)
    },
  }
}
