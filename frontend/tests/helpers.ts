/** What many tests need: applications, a server that answers when told to, a scope to live in. */
import { effectScope } from 'vue'
import { onTestFinished } from 'vitest'
import type { EventOf, ServerEvent } from '@/api/events'
import type { Application, Image, Policy } from '@/api/types'
import type { UserApi } from '@/api/user'
import { newEntry, type Entry } from '@/user/entry'

export const POLICY: Policy = {
  app_license: null,
  allow_home: true,
  allow_view: false,
  volume_source: null,
  volume_target: null,
  volume_mode: null,
  allow_startup_data: false,
}

/** A granted application; its id is also in its image's name. `urlId` makes it run. */
export function application(id: string, keys: Partial<Image> = {}, urlId?: string): Application {
  const image: Image = {
    name: `image/${id}`,
    ui_name: id.toUpperCase(),
    icon_128: '',
    description: '',
    type: 'webapp',
    configurables: [],
    policy: POLICY,
    ...keys,
  }
  const found: Application = { mapping_id: id, image }
  if (urlId !== undefined) found.container = { name: `name-${id}`, image_name: image.name, url_id: urlId }
  return found
}

export function entryOf(id: string, keys: Partial<Image> = {}, changes: Partial<Entry> = {}): Entry {
  return { ...newEntry(application(id, keys)), ...changes }
}

export interface Deferred<T> {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
}

export function deferred<T>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** A server whose answers the test gives: by value, or by hand through a `Deferred`. */
export class FakeApi {
  list: Application[] | Deferred<Application[]> | Error = []
  runs: string[] = []
  answer: Deferred<string> = deferred()
  stopped: Deferred<void> = deferred()
  asked: string[] = []

  async applications(): Promise<Application[]> {
    this.asked.push('applications')
    if (this.list instanceof Error) throw this.list
    return 'promise' in this.list ? this.list.promise : this.list
  }

  async running(): Promise<string[]> {
    this.asked.push('containers')
    return this.runs
  }

  start(id: string): Promise<string> {
    this.asked.push(`start ${id}`)
    return this.answer.promise
  }

  stop(urlId: string): Promise<void> {
    this.asked.push(`stop ${urlId}`)
    return this.stopped.promise
  }

  get api(): UserApi {
    return this as unknown as UserApi
  }
}

/** Run a composable in a scope that ends with the test. */
export function inScope<T>(make: () => T): T {
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  return scope.run(make)!
}

/** Let promises that are settled have their effect. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

const now = () => Date.now() / 1000

export function ended(id: string, urlId: string, keys: Partial<EventOf<'ended'>['data']> = {}): ServerEvent {
  const evidence = { exit_code: 139, out_of_memory: false, log: 'last words', ref: 'abc123' }
  const data = { mapping_id: id, url_id: urlId, name: id.toUpperCase(), asked: false, reason: 'It crashed.', at: now() }
  return { name: 'ended', data: { ...data, ...evidence, ...keys } }
}

export function stoppedElsewhere(id: string, urlId: string): ServerEvent {
  return ended(id, urlId, { asked: true, reason: 'It was stopped.', exit_code: null, log: '', ref: '' })
}

export function revoked(id: string, urlId: string, endsAt: number | null = null): ServerEvent {
  const data = { mapping_id: id, url_id: urlId, name: `The ${id}`, ends_at: endsAt, at: now() }
  return { name: 'revoked', data }
}

export function step(id: string, name: EventOf<'step'>['data']['step'], at = now()): ServerEvent {
  return { name: 'step', data: { mapping_id: id, step: name, at } }
}

export const change = (more: { mapping_id?: string; missed?: boolean } = {}): ServerEvent => ({
  name: 'change',
  data: { at: now(), ...more },
})

/** Show or hide the page, as a change of tabs does. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}
