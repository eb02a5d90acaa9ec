import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError, type Http } from '@/api/http'
import { useEvents } from '@/shared/useEvents'
import { inScope, setHidden } from '../helpers'

/** One connection of the page, with the server's end of it. */
interface Connection {
  lastId: string | null
  signal: AbortSignal
  open: (headers?: Record<string, string>) => void
  send: (text: string) => void
  end: () => void
  refuse: (error: ApiError) => void
}

let connections: Connection[] = []
const onEvent = vi.fn()
const onChange = vi.fn()
const onClock = vi.fn()

const http = {
  send(_method: string, _path: string, options: { headers: Record<string, string>; signal: AbortSignal }) {
    return new Promise<Response>((resolve, reject) => {
      let body!: ReadableStreamDefaultController<Uint8Array>
      const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) })
      options.signal.addEventListener('abort', () => {
        reject(new DOMException('', 'AbortError'))
        body.error(new DOMException('', 'AbortError'))
      })
      connections.push({
        lastId: options.headers['Last-Event-ID'] ?? null,
        signal: options.signal,
        open: (headers = {}) => resolve(new Response(stream, { headers: { 'Content-Type': 'text/event-stream', ...headers } })),
        send: (text) => body.enqueue(new TextEncoder().encode(text)),
        end: () => body.close(),
        refuse: reject,
      })
    })
  },
} as unknown as Http

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  connections = []
  for (const spy of [onEvent, onChange, onClock]) spy.mockReset()
})
afterEach(() => setHidden(false))

/** Streams hand their pieces on by turns of the real event loop. */
const turns = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

function listen() {
  const options = { onEvent, onChange, onClock, again: 100, most: 350, silence: 1000 }
  inScope(() => useEvents(http, options))()
}

async function opened(headers?: Record<string, string>): Promise<Connection> {
  listen()
  const [connection] = connections
  connection!.open(headers)
  await turns()
  return connection!
}

test('nothing is connected before it is wanted', () => {
  inScope(() => useEvents(http, { onEvent, onChange }))
  expect(connections).toEqual([])
})

test('events are handed on as they come', async () => {
  const connection = await opened({ Date: 'Sat, 21 Nov 2026 11:00:00 GMT' })
  expect(onChange).toHaveBeenCalledExactlyOnceWith(true)
  expect(onClock).toHaveBeenCalledExactlyOnceWith(Date.UTC(2026, 10, 21, 11))
  connection.send('id: b.1\nevent: change\ndata: {"at": 5}\n\n')
  await turns()
  expect(onEvent).toHaveBeenCalledExactlyOnceWith({ name: 'change', data: { at: 5 } })
})

test('after a regular end it comes back, and says what it heard last', async () => {
  const connection = await opened()
  connection.send('id: b.3\nevent: change\ndata: {"at": 5}\n\n')
  await turns()
  connection.end()
  await turns()
  expect(onChange).toHaveBeenLastCalledWith(false)
  await vi.advanceTimersByTimeAsync(100)
  expect(connections.map((one) => one.lastId)).toEqual([null, 'b.3'])
})

test('while it fails it comes back more and more rarely, but not too rarely', async () => {
  listen()
  for (const wait of [100, 200, 350, 350]) {
    const count = connections.length
    connections.at(-1)!.refuse(new ApiError('away', 503))
    await turns()
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(connections).toHaveLength(count)
    await vi.advanceTimersByTimeAsync(1)
    expect(connections).toHaveLength(count + 1)
  }
  expect(onChange).not.toHaveBeenCalled()
})

test.each([403, 404])('a server that answers %i is not asked again', async (status) => {
  listen()
  connections[0]!.refuse(new ApiError('no', status))
  await turns()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(connections).toHaveLength(1)
})

test('a hidden page gives its connection back; shown again, it goes on where it was', async () => {
  const connection = await opened()
  connection.send('id: b.8\nevent: change\ndata: {"at": 5}\n\n')
  await turns()
  setHidden(true)
  await turns()
  expect(connection.signal.aborted).toBe(true)
  expect(onChange).toHaveBeenLastCalledWith(false)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(connections).toHaveLength(1)
  setHidden(false)
  expect(connections.map((one) => one.lastId)).toEqual([null, 'b.8'])
})

test('a connection that is silent for too long counts as lost; comments keep it', async () => {
  const connection = await opened()
  await vi.advanceTimersByTimeAsync(900)
  connection.send(':\n\n')
  await turns()
  await vi.advanceTimersByTimeAsync(900)
  expect(connection.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(100)
  await turns()
  expect(connection.signal.aborted).toBe(true)
  expect(onChange).toHaveBeenLastCalledWith(false)
  await vi.advanceTimersByTimeAsync(100)
  expect(connections).toHaveLength(2)
})

test('when the network is back it does not wait', async () => {
  listen()
  connections[0]!.refuse(new ApiError('', 0))
  await turns()
  window.dispatchEvent(new Event('online'))
  expect(connections).toHaveLength(2)
})

test('there is never more than one connection', async () => {
  await opened()
  window.dispatchEvent(new Event('online'))
  setHidden(false)
  expect(connections).toHaveLength(1)
})
