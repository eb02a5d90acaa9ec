import { computed, onScopeDispose, reactive, ref, type ComputedRef, type Ref } from 'vue'
import type { ServerEvent } from '@/api/events'
import { ApiError } from '@/api/http'
import { STEPS, type Application, type Configurables, type Step } from '@/api/types'
import type { UserApi } from '@/api/user'
import { usePolling, type Polling } from '@/shared/usePolling'
import { rememberStart } from './durations'
import { entryName, newEntry, type Entry, type Failure } from './entry'

/** Gentle: one look costs one database query and two Docker calls. */
export const LOOK_EVERY = 15_000
/** While the server pushes changes by itself. */
export const LOOK_RARELY = 300_000

/** How long a step that was told of, and nothing after it, counts as a start under way. */
const BELIEVED_FOR = 60_000

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
  hear: (event: ServerEvent) => void
  find: (id: string | null) => Entry | undefined
  start: (entry: Entry, configurables?: Configurables) => Promise<boolean>
  stop: (entry: Entry) => Promise<boolean>
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
  /** Entry id → when the server last told of its start (epoch ms). */
  const heard = new Map<string, number>()
  let acts = 0

  const isBusy = (entry: Entry) => !entry.elsewhere && (entry.phase === 'starting' || entry.phase === 'stopping')

  /** Started elsewhere, and the server told of it not long ago: a list knows less. */
  const isUnderWay = (entry: Entry) => entry.elsewhere && Date.now() - (heard.get(entry.id) ?? 0) < BELIEVED_FOR

  function touch(entry: Entry): void {
    lastAct.set(entry.id, ++acts)
  }

  function adoptContainer(entry: Entry, application: Application): void {
    const urlId = application.container?.url_id ?? null
    if (entry.phase === 'running' && urlId === null) {
      entry.notice = 'The application has ended. It was stopped elsewhere, or it ended by itself.'
      say(`${entryName(entry)} has ended.`)
    }
    if (urlId !== null) {
      entry.notice = null
      entry.failure = null
    }
    entry.phase = urlId === null ? 'stopped' : 'running'
    entry.urlId = urlId
    entry.elsewhere = false
    entry.startedAt = null
  }

  function merge(list: Application[], asOf: number): void {
    const known = new Map(entries.map((entry) => [entry.id, entry]))
    const next = list.map((application) => {
      const entry = known.get(application.mapping_id)
      if (!entry) return newEntry(application)
      known.delete(entry.id)
      entry.application = application
      if (!isBusy(entry) && !isUnderWay(entry) && (lastAct.get(entry.id) ?? 0) <= asOf) adoptContainer(entry, application)
      return entry
    })
    // What is being started or stopped is not taken from under the user's eyes.
    const leaving = [...known.values()].filter(isBusy)
    entries.splice(0, entries.length, ...next, ...leaving)
  }

  async function look(): Promise<void> {
    const asOf = acts
    try {
      merge(await api.applications(), asOf)
      loaded.value = true
      trouble.value = null
    } catch (error) {
      trouble.value = error instanceof ApiError ? error : new ApiError(String(error), 0)
      throw error
    }
  }

  const polling = usePolling(look, { interval: () => (pushed.value ? LOOK_RARELY : LOOK_EVERY) })

  async function start(entry: Entry, configurables?: Configurables): Promise<boolean> {
    if (entry.phase === 'starting' || entry.phase === 'stopping') return false
    touch(entry)
    const began = Date.now()
    Object.assign(entry, { phase: 'starting', startedAt: began, elsewhere: false, steps: [], warnings: [], failure: null, notice: null })
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
    }
  }

  async function stop(entry: Entry): Promise<boolean> {
    if (entry.phase !== 'running' || entry.urlId === null) return false
    touch(entry)
    Object.assign(entry, { phase: 'stopping', failure: null, notice: null })
    say(`${entryName(entry)} is stopping.`)
    try {
      await api.stop(entry.urlId).catch((error: unknown) => {
        // Already gone is what was wanted.
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
      Object.assign(entry, { phase: 'stopped', urlId: null })
      say(`${entryName(entry)} has stopped.`)
      return true
    } catch (error) {
      Object.assign(entry, { phase: 'running', failure: toFailure('stop', error) })
      say(`${entryName(entry)} could not be stopped.`)
      return false
    } finally {
      touch(entry)
    }
  }

  // The least difference seen between the two clocks is the best guess of how far they
  // are apart: the rest is the way here, and events told again after a lost connection.
  let skew = Infinity

  function hear(event: ServerEvent): void {
    if (event.name === 'change') {
      heard.clear()
      clearTimeout(soon)
      soon = setTimeout(polling.now, 100)
      return
    }
    const entry = entries.find((one) => one.id === event.data.mapping_id)
    if (!entry) return
    entry.skew = skew = Math.min(skew, Date.now() - event.data.at * 1000)
    if (event.name === 'warning') {
      if (!entry.warnings.includes(event.data.message)) entry.warnings.push(event.data.message)
    } else if (event.name === 'step') {
      hearStep(entry, event.data.step as Step, event.data.at * 1000)
    }
  }

  function hearStep(entry: Entry, step: Step, at: number): void {
    if (!STEPS.includes(step)) return
    heard.set(entry.id, Date.now())
    if (entry.phase === 'stopped') {
      Object.assign(entry, { phase: 'starting', elsewhere: true, startedAt: null, steps: [], warnings: [], failure: null, notice: null })
      say(`${entryName(entry)} is starting.`)
    }
    if (entry.phase === 'starting' && !entry.steps.some((report) => report.step === step)) {
      entry.steps.push({ step, at })
    }
  }

  let soon: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(soon))

  return {
    entries,
    loaded,
    trouble,
    pushed,
    running: computed(() => entries.filter((entry) => entry.phase === 'running')),
    polling,
    refresh: polling.now,
    hear,
    find: (id) => (id === null ? undefined : entries.find((entry) => entry.id === id)),
    start,
    stop,
  }
}
