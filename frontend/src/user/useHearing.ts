import { onScopeDispose } from 'vue'
import type { EventOf, ServerEvent } from '@/api/events'
import { STEPS, type Application } from '@/api/types'
import { duration } from '@/shared/format'
import { entryName, failureWords, newEntry, type Entry, type Failure } from './entry'

type Ended = EventOf<'ended'>['data']
type Revoked = EventOf<'revoked'>['data']

/** How long a step that was told of, and nothing after it, counts as a start under way. */
const BELIEVED_FOR = 60_000
/** Ends that are remembered, in case the container itself is heard of only afterwards. */
const REMEMBERED = 100

export interface HearingOptions {
  entries: Entry[]
  say: (text: string) => void
  /** Ask for the list. */
  look: () => unknown
  /** What is known of an entry from now on is newer than a list that was asked for before. */
  touch: (entry: Entry) => void
}

export interface Hearing {
  /** Take in what the server pushed. */
  hear: (event: ServerEvent) => void
  /** What the server's clock says now, or a little before (epoch ms). */
  setClock: (clock: number) => void
  /** Started elsewhere, and the server told of it not long ago: a list knows less. */
  isUnderWay: (entry: Entry) => boolean
  /** Whether the server said that this container has ended: a list that still has it is old. */
  hasEnded: (urlId: string) => boolean
  /** Show the end of what runs here, where it was told before the container was known. */
  catchUp: (entry: Entry) => void
  /** The user knows that this container has ended, and need not be told. */
  settle: (urlId: string) => void
}

/** An act of this page is under way: its own answer says what came of it. */
export const isBusy = (entry: Entry) =>
  !entry.elsewhere && (entry.phase === 'starting' || entry.phase === 'stopping')

/** An application that is not granted any more is in no list: what is known of it is its name. */
function ungranted({ mapping_id, url_id, name }: Revoked): Application {
  const policy = {
    app_license: null,
    allow_home: false,
    allow_view: false,
    volume_source: null,
    volume_target: null,
    volume_mode: null,
    allow_startup_data: false,
  }
  return {
    mapping_id,
    image: { name, ui_name: name, icon_128: '', description: '', type: '', configurables: [], policy },
    container: { name, image_name: name, url_id },
  }
}

function toFailure(data: Ended): Failure {
  return {
    act: 'run',
    reason: data.reason,
    step: null,
    ref: data.ref || null,
    exitCode: data.exit_code,
    outOfMemory: data.out_of_memory,
    log: data.log,
  }
}

/** What the server tells, applied to the entries. */
export function useHearing({ entries, say, look, touch }: HearingOptions): Hearing {
  /** Entry id → when the server last told of its start (epoch ms). */
  const heard = new Map<string, number>()
  /** Url id → how it ended; null: nobody has to be told. */
  const ends = new Map<string, Ended | null>()
  // The least difference seen between the two clocks is the best guess of how far they
  // are apart: the rest is the way here, and events told again after a lost connection.
  let skew = Infinity
  let soon: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(soon))

  const find = (mappingId: string) => entries.find((entry) => entry.id === mappingId)

  function lookSoon(): void {
    clearTimeout(soon)
    soon = setTimeout(look, 100)
  }

  function setClock(clock: number): void {
    skew = Math.min(skew, Date.now() - clock)
  }

  function hear(event: ServerEvent): void {
    if (Number.isFinite(event.data.at)) setClock(event.data.at * 1000)
    if (event.name === 'change') {
      // Another start's end, or a grant, says nothing of the starts under way.
      if (event.data.missed) heard.clear()
      else if (event.data.mapping_id) heard.delete(event.data.mapping_id)
      lookSoon()
      return
    }
    if (event.name === 'revoked') hearRevoked(event.data)
    const entry = find(event.data.mapping_id)
    if (event.name === 'ended') hearEnded(entry, event.data)
    if (!entry) return
    if (Number.isFinite(skew)) entry.skew = skew
    if (event.name === 'step') hearStep(entry, event.data)
    else if (event.name === 'warning') hearWarning(entry, event.data.message)
    else if (event.name === 'granted') hearGranted(entry)
  }

  function hearWarning(entry: Entry, message: string): void {
    if (!entry.warnings.includes(message)) entry.warnings.push(message)
  }

  function hearStep(entry: Entry, { step, at }: EventOf<'step'>['data']): void {
    if (!STEPS.includes(step)) return
    heard.set(entry.id, Date.now())
    if (entry.phase === 'stopped') {
      const fresh = { steps: [], warnings: [], failure: null, notice: null }
      Object.assign(entry, { phase: 'starting', elsewhere: true, startedAt: null, ...fresh })
      say(`${entryName(entry)} is starting.`)
    }
    if (entry.phase === 'starting' && !entry.steps.some((report) => report.step === step)) {
      entry.steps.push({ step, at: at * 1000 })
    }
  }

  function hearEnded(entry: Entry | undefined, data: Ended): void {
    if (ends.has(data.url_id)) return // told again after a lost connection
    remember(data.url_id, data)
    if (entry) end(entry, data)
  }

  function remember(urlId: string, data: Ended | null): void {
    ends.set(urlId, data)
    if (ends.size > REMEMBERED) ends.delete(ends.keys().next().value!)
  }

  /** Whether it is about what this entry runs, ran, or began to run elsewhere. */
  function concerns(entry: Entry, { url_id, asked }: Ended): boolean {
    const last = entry.urlId ?? entry.lastUrlId
    // What another page is starting has no id yet; what ran before it does not matter any more.
    if (entry.phase === 'starting') return url_id !== last
    // One that failed while no page was open is told to the next; one that was stopped is not.
    return last === null ? !asked : url_id === last
  }

  function end(entry: Entry, data: Ended): void {
    if (isBusy(entry) || !concerns(entry, data)) return
    touch(entry)
    heard.delete(entry.id)
    Object.assign(entry, { phase: 'stopped', urlId: null, lastUrlId: null, elsewhere: false, startedAt: null })
    entry.notice = data.asked ? data.reason : null
    entry.failure = data.asked ? null : toFailure(data)
    const words = entry.failure ? failureWords(entry.failure, entryName(entry)) : `${entryName(entry)} has ended`
    say(`${words}. ${data.reason}`)
  }

  function hearRevoked(data: Revoked): void {
    if (ends.has(data.url_id)) return
    let entry = find(data.mapping_id)
    if (!entry) {
      entries.push(newEntry(ungranted(data)))
      entry = find(data.mapping_id)!
    } else if (!isBusy(entry)) {
      Object.assign(entry, { phase: 'running', urlId: data.url_id, elsewhere: false })
    }
    touch(entry)
    const before = entry.revoked
    entry.revoked = { endsAt: data.ends_at === null ? null : data.ends_at * 1000 }
    if (before && before.endsAt === entry.revoked.endsAt) return
    const left = data.ends_at === null ? null : data.ends_at - (Date.now() - skew) / 1000
    const when = left === null ? 'It runs on until it is stopped.' : `It will be ended in ${duration(left)}.`
    say(`Your access to ${entryName(entry)} was taken away. ${when}`)
  }

  function hearGranted(entry: Entry): void {
    if (entry.revoked) say(`You have access to ${entryName(entry)} again.`)
    entry.revoked = null
    lookSoon()
  }

  return {
    hear,
    setClock,
    isUnderWay: (entry) => entry.elsewhere && Date.now() - (heard.get(entry.id) ?? 0) < BELIEVED_FOR,
    hasEnded: (urlId) => ends.has(urlId),
    catchUp(entry) {
      const data = entry.urlId === null ? undefined : ends.get(entry.urlId)
      if (data) end(entry, data)
    },
    settle: (urlId) => remember(urlId, null),
  }
}
