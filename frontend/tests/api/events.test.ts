import { expect, test, vi } from 'vitest'
import { listen, parser, type ServerEvent } from '@/api/events'
import { ApiError, Http } from '@/api/http'

function parse(...pieces: string[]): [string, string, string][] {
  const events: [string, string, string][] = []
  const feed = parser((...event) => events.push(event))
  pieces.forEach(feed)
  return events
}

test('an event has a name, data and an id', () => {
  expect(parse('id: b.1\nevent: step\ndata: {}\n\n')).toEqual([['step', '{}', 'b.1']])
})

test('it may come in pieces that are cut anywhere', () => {
  const whole = 'id: b.1\nevent: step\ndata: {"a": 1}\n\nid: b.2\nevent: change\ndata: {}\n\n'
  for (let at = 1; at < whole.length; at++) {
    expect(parse(whole.slice(0, at), whole.slice(at))).toEqual([
      ['step', '{"a": 1}', 'b.1'],
      ['change', '{}', 'b.2'],
    ])
  }
  expect(parse(...whole)).toHaveLength(2)
})

test.each([['\n'], ['\r\n'], ['\r']])('lines may end with %j', (end) => {
  const text = ['id: 7', 'event: change', 'data: {}', '', ':', ''].join(end)
  expect(parse(text)).toEqual([['change', '{}', '7']])
  expect(parse(...text)).toEqual([['change', '{}', '7']])
})

test('comments, other fields and what has no data are no events', () => {
  expect(parse(':\n\nretry: 3000\n\nevent: step\n\nid: 3\n\n')).toEqual([])
})

test('data of several lines is joined, one blank after the colon is not part of it', () => {
  expect(parse('data: a\ndata:  b\ndata\n\n')).toEqual([['message', 'a\n b\n', '']])
})

test('a name does not last for the next event, an id does', () => {
  expect(parse('id: 4\nevent: step\ndata: 1\n\ndata: 2\n\n')).toEqual([
    ['step', '1', '4'],
    ['message', '2', '4'],
  ])
})

test('what the connection was cut off in is no event', () => {
  expect(parse('event: step\ndata: {"a":')).toEqual([])
  expect(parse('event: step\ndata: {}\n')).toEqual([])
})

function http(answer: () => Response): { http: Http; requests: Headers[] } {
  const requests: Headers[] = []
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    requests.push(new Headers(init.headers))
    return answer()
  })
  return { http: new Http({ baseUrl: '/user/a/', xsrfToken: 'x' }), requests }
}

const stream = (text: string, headers = {}) =>
  new Response(text, { headers: { 'Content-Type': 'text/event-stream', ...headers } })

async function hear(answer: () => Response, last = '') {
  const { http: client, requests } = http(answer)
  const bookmark = { last }
  const events: ServerEvent[] = []
  const onOpen = vi.fn()
  const onSign = vi.fn()
  const signal = new AbortController().signal
  await listen(client, { signal, bookmark, onOpen, onSign, onEvent: (event) => events.push(event) })
  return { bookmark, events, onOpen, onSign, requests }
}

test('listening begins without an id, and leaves the bookmark at the last event', async () => {
  const heard = await hear(() => stream('id: b.1\nevent: change\ndata: {"at": 1}\n\nid: b.2\nevent: change\ndata: {"at": 2}\n\n'))
  expect(heard.requests[0]!.has('Last-Event-ID')).toBe(false)
  expect(heard.requests[0]!.get('Accept')).toBe('text/event-stream')
  expect(heard.events.map((event) => event.data.at)).toEqual([1, 2])
  expect(heard.bookmark.last).toBe('b.2')
})

test('who comes back says what was heard last', async () => {
  const heard = await hear(() => stream(':\n\n'), 'b.17')
  expect(heard.requests[0]!.get('Last-Event-ID')).toBe('b.17')
  expect(heard.bookmark.last).toBe('b.17')
})

test('an event without an id does not move the bookmark', async () => {
  const heard = await hear(() => stream('event: change\ndata: {"at": 1}\n\n'), 'b.17')
  expect(heard.events).toHaveLength(1)
  expect(heard.bookmark.last).toBe('b.17')
})

test('one event that cannot be read costs no other, and is not asked for again', async () => {
  const heard = await hear(() => stream('event: change\ndata: {"at": 1}\n\nid: b.9\nevent: step\ndata: {oh\n\n'))
  expect(heard.events).toHaveLength(1)
  expect(heard.bookmark.last).toBe('b.9')
})

test("the server's clock is told when the stream opens, and comments are a sign of life", async () => {
  const heard = await hear(() => stream(':\n\n', { Date: 'Sat, 21 Nov 2026 11:00:00 GMT' }))
  expect(heard.onOpen).toHaveBeenCalledExactlyOnceWith(Date.UTC(2026, 10, 21, 11))
  expect(heard.onSign).toHaveBeenCalled()
})

test("a proxy's page is no event stream", async () => {
  const page = () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })
  await expect(hear(page)).rejects.toEqual(new ApiError('This server has no event stream.', 404))
})

test('a refusal is an error, and nothing was opened', async () => {
  await expect(hear(() => new Response('', { status: 403 }))).rejects.toMatchObject({ status: 403 })
})
