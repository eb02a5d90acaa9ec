/** The whole page, on a server that the test plays. */
import { flushPromises, mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, type Http } from '@/api/http'
import type { Application } from '@/api/types'
import { readConfig } from '@/shared/config'
import HomePage from '@/user/HomePage.vue'
import { application, POLICY, setHidden } from '../helpers'

let list: Application[]
let trouble: ApiError | null
let events: string | null
let posted: unknown[]

const http = {
  async send() {
    if (events === null) throw new ApiError('', 404)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(events!)),
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  },
  async get(path: string) {
    if (trouble) throw trouble
    const found = path === 'applications/' ? list : []
    const items = Object.fromEntries(found.map((one) => [one.mapping_id, one]))
    return { identifiers: Object.keys(items), items, offset: 0, total: found.length }
  },
  async create(_: string, body: { mapping_id: string }) {
    posted.push(body)
    list = list.map((one) => (one.mapping_id === body.mapping_id ? run(one) : one))
    return `u-${body.mapping_id}`
  },
  async delete() {},
} as unknown as Http

const run = (found: Application): Application => ({
  ...found,
  container: { name: '', image_name: '', url_id: `u-${found.mapping_id}` },
})

beforeEach(() => {
  setHidden(false)
  list = [application('a'), application('b')]
  trouble = null
  events = null
  posted = []
})
// The page keeps no timers and no listeners: the next test would hear them.
afterEach(() => vi.useRealTimers())

async function home(props: { refused?: boolean; gaTrackingId?: string } = {}) {
  const config = { ...readConfig(document.createElement('div')), baseUrl: '/user/a/', owner: 'a', actor: 'a', ...props }
  const page = mount(HomePage, { props: { config, http, refused: props.refused ?? false }, attachTo: document.body })
  await flushPromises()
  return page
}
type Page = Awaited<ReturnType<typeof home>>

async function choose(id: string) {
  location.hash = `#/${id}`
  window.dispatchEvent(new Event('hashchange'))
  await nextTick()
  await nextTick()
}
async function press(page: Page, text: string) {
  await page.findAll('button').find((button) => button.text() === text)!.trigger('click')
  await flushPromises()
}
const frames = (page: Page) => page.findAll('iframe').map((frame) => frame.attributes('src'))
const shown = (page: Page) => page.findAll('.frame').filter((frame) => frame.isVisible()).length

test('to choose, start, and quit', async () => {
  const page = await home()
  expect(page.text()).toContain('Choose an application')
  await choose('a')
  expect(document.title).toBe('A – remoteappmanager')
  await press(page, 'Start')
  expect(posted).toEqual([{ mapping_id: 'a' }])
  expect(frames(page)).toEqual(['http://localhost:3000/user/a/containers/u-a/'])
  await press(page, 'Quit')
  list = [application('a'), application('b')]
  await page.get('dialog .btn-danger').trigger('click')
  await flushPromises()
  expect(page.find('iframe').exists()).toBe(false)
  expect(page.get('article h1').text()).toBe('A')
})

test('frames stay alive, and in their place in the document, while others are looked at', async () => {
  list = list.map(run)
  const page = await home()
  await choose('b')
  await choose('a')
  const before = page.findAll('iframe').map((frame) => frame.element)
  expect(before).toHaveLength(2)
  expect(shown(page)).toBe(1)
  // A frame that is taken out of the document, if only to be put elsewhere, loads again.
  const taken: Node[] = []
  const observer = new MutationObserver((changes) => changes.forEach((change) => taken.push(...change.removedNodes)))
  observer.observe(page.get('main').element, { childList: true, subtree: true })
  for (const id of ['b', 'a', 'b']) await choose(id)
  list = [...list].reverse()
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  const after = page.findAll('iframe').map((frame) => frame.element)
  expect(after.map((element, i) => element === before[i])).toEqual([true, true])
  observer.disconnect()
  expect(taken.filter((node) => node instanceof HTMLElement && node.matches('.frame'))).toEqual([])
})

test('a frame is opened only when it is looked at, and goes with its application', async () => {
  list = list.map(run)
  const page = await home()
  expect(frames(page)).toHaveLength(1)
  await choose('b')
  expect(frames(page)).toHaveLength(2)
  list = [application('a'), run(application('b'))]
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(frames(page)).toEqual(['http://localhost:3000/user/a/containers/u-b/'])
})

test('the frame has a name, what it may use, and the keyboard once it is loaded', async () => {
  list = [run(application('a'))]
  const page = await home()
  const frame = page.get('iframe')
  expect(frame.attributes('title')).toBe('A')
  expect(frame.attributes('allow')).toBe('clipboard-read; clipboard-write; fullscreen; autoplay')
  await frame.trigger('load')
  expect(document.activeElement).toBe(frame.element)
})

test('the keyboard is not taken from who types in the search', async () => {
  list = [run(application('a'))]
  const page = await home()
  const search = page.get<HTMLInputElement>('input[type=search]')
  search.element.focus()
  await page.get('iframe').trigger('load')
  expect(document.activeElement).toBe(search.element)
})

test('nor from who went on along the bar while it was loading', async () => {
  list = [run(application('a')), run(application('b'))]
  const page = await home()
  const quit = page.findAll('.bar button').find((button) => button.text() === 'Quit')!.element as HTMLElement
  quit.focus()
  await page.get('iframe').trigger('load')
  expect(document.activeElement).toBe(quit)
})

test('it goes to the application from the link that led there', async () => {
  list = list.map(run)
  const page = await home()
  const link = page.get<HTMLElement>('[href="#/b"]').element
  link.focus()
  await choose('b')
  const frame = page.findAll('iframe')[1]!
  await frame.trigger('load')
  expect(document.activeElement).toBe(frame.element)
})

test('full screen takes the keyboard along, and Esc brings it back', async () => {
  list = [run(application('a'))]
  const page = await home()
  const frame = page.get('iframe').element
  const holder = page.get('.frame').element
  let full: Element | null = null
  Object.defineProperty(document, 'fullscreenElement', { configurable: true, get: () => full })
  holder.requestFullscreen = async () => void (full = holder)
  await press(page, 'Full screen')
  expect(full).toBe(holder)
  for (const element of [holder, null]) {
    ;(document.activeElement as HTMLElement | null)?.blur()
    full = element
    document.dispatchEvent(new Event('fullscreenchange'))
    expect(document.activeElement).toBe(frame)
  }
})

test('a browser that refuses full screen is no error', async () => {
  list = [run(application('a'))]
  const page = await home()
  page.get('.frame').element.requestFullscreen = () => Promise.reject(new TypeError('no'))
  await press(page, 'Full screen')
  expect(page.get('[aria-live=polite]').text()).toContain('Full screen is not possible')
})

test('an end that is told shows its evidence, and the keyboard is not lost', async () => {
  list = [run(application('a'))]
  const data = {
    mapping_id: 'a', url_id: 'u-a', name: 'A', asked: false, reason: 'It crashed.',
    exit_code: 139, out_of_memory: false, log: 'last', ref: '7f', at: 1,
  }
  events = `event: ended\ndata: ${JSON.stringify(data)}\n\n`
  const page = await home()
  await vi.waitFor(() => expect(page.get('.failure').text()).toContain('It has ended'))
  await nextTick()
  expect(page.get('.failure').text()).toContain('It crashed.')
  expect(page.find('iframe').exists()).toBe(false)
  expect(document.activeElement).toBe(page.get('main').element)
})

test('what was taken away runs on in its frame, below a banner', async () => {
  list = [run(application('a')), application('b')]
  const data = { mapping_id: 'a', url_id: 'u-a', name: 'A', ends_at: null, at: 1 }
  events = `event: revoked\ndata: ${JSON.stringify(data)}\n\n`
  const page = await home()
  await vi.waitFor(() => expect(page.find('.banner-revoked').exists()).toBe(true))
  expect(page.get('.frame').element.contains(page.get('.banner-revoked').element)).toBe(true)
  expect(frames(page)).toHaveLength(1)
})

test('when it is quit it leaves the list, which is wide again', async () => {
  list = [run(application('a')), application('b')]
  events = `event: revoked\ndata: ${JSON.stringify({ mapping_id: 'a', url_id: 'u-a', name: 'A', ends_at: null, at: 1 })}\n\n`
  const page = await home()
  await vi.waitFor(() => expect(page.find('.banner-revoked').exists()).toBe(true))
  expect(page.find('.home-rail').exists()).toBe(true)
  list = [application('b')]
  await press(page, 'Quit')
  await page.get('dialog .btn-danger').trigger('click')
  await flushPromises()
  expect(page.findAll('.app-item-name').map((name) => name.text())).toEqual(['B'])
  expect(page.find('.home-rail').exists()).toBe(false)
  expect(page.get('main').text()).toContain('not available any more')
})

test.each([
  [new ApiError('', 0), 'No connection to the server'],
  [new ApiError('Docker is away.', 503, 'Unable', '7f'), 'Away for the moment'],
  [new ApiError('A bug.', 500, 'Unable', '7f'), 'The list cannot be shown'],
])('without a first list it says why: %s', async (error, words) => {
  trouble = error
  const page = await home()
  expect(page.get('main').text()).toContain(words)
  expect(page.get('main').text()).toContain(error.ref ?? 'This page goes on by itself')
  trouble = null
  await press(page, 'Try now')
  expect(page.findAll('.app-item')).toHaveLength(2)
})

test('when the network goes away later, everything stays, with a banner', async () => {
  list = [run(application('a'))]
  const page = await home()
  trouble = new ApiError('', 0)
  window.dispatchEvent(new Event('online'))
  await flushPromises()
  expect(page.get('.banner').text()).toContain('Running applications go on without it')
  expect(frames(page)).toHaveLength(1)
})

test('who is refused is asked to log in again, not sent in circles', async () => {
  const page = await home({ refused: true })
  expect(page.get('[role=alert]').text()).toContain('does not accept you any more')
})

test('nothing granted is said as such, and an id that is not there also', async () => {
  list = []
  const page = await home()
  expect(page.get('main').text()).toContain('No applications yet')
  list = [application('a'), application('b')]
  await press(page, 'Look again')
  await choose('zzz')
  expect(page.get('main').text()).toContain('not available any more')
})

test('the only application there is is chosen, else what runs', async () => {
  list = [application('a'), run(application('b'))]
  await home()
  expect(location.hash).toBe('#/b')
})

test('an application that may be shared has its address to copy', async () => {
  list = [run(application('a', { policy: { ...POLICY, allow_view: true } }))]
  const page = await home()
  await press(page, 'Share')
  expect(page.get<HTMLInputElement>('dialog input').element.value).toBe('http://localhost:3000/user/a/containers/u-a/')
})

test('an application that can follow the window is told to; strangers are not listened to', async () => {
  list = [run(application('a'))]
  const page = await home()
  const inside = page.get('iframe').element.contentWindow!
  const told = vi.spyOn(inside, 'postMessage').mockImplementation(() => {})
  const say = async (data: unknown, source: Window | null = inside) => {
    window.dispatchEvent(new MessageEvent('message', { data, source }))
    await nextTick()
    return page.findAll('[aria-pressed]').map((button) => button.attributes('aria-pressed'))
  }
  expect(await say({ type: 'remoteapp.resizable', follows: false }, window)).toEqual([])
  expect(await say({ type: 'remoteapp.resizable', follows: false }, null)).toEqual([])
  for (const odd of [null, 'remoteapp.resizable', { type: 'other', follows: true }]) expect(await say(odd)).toEqual([])
  expect(await say({ type: 'remoteapp.resizable', follows: 'perhaps' })).toEqual(['false'])
  await press(page, 'Fit to window')
  expect(told).toHaveBeenCalledExactlyOnceWith({ type: 'remoteapp.follow', follow: true }, 'http://localhost:3000')
  expect(await say({ type: 'remoteapp.resizable', follows: true })).toEqual(['true'])
})
