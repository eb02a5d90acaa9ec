/**
 * The server's event stream, by fetch: unlike an EventSource it can carry the XSRF
 * header and see the status of a refusal.
 */
import { ApiError, type Http } from './http'
import type { UserSchemas } from './types'

type Events = UserSchemas['Events']

/** What the server tells: a name and its data. `at` is the server's clock, in seconds. */
export type ServerEvent = { [Name in keyof Events]: { name: Name; data: Events[Name] } }[keyof Events]
export type EventOf<Name extends ServerEvent['name']> = Extract<ServerEvent, { name: Name }>

/** Where a stream was left, for the next connection to go on from. */
export interface Bookmark {
  /** The id of the last event; empty before the first. */
  last: string
}

/** Text of a stream, in pieces as they come → its events. Comments and `retry` are skipped. */
export function parser(onEvent: (name: string, data: string, id: string) => void): (piece: string) => void {
  let rest = ''
  let name = ''
  let id = ''
  let data: string[] = []

  function line(text: string): void {
    if (text === '') {
      if (data.length) onEvent(name || 'message', data.join('\n'), id)
      name = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
    else if (field === 'id' && !value.includes('\0')) id = value
  }

  return (piece) => {
    rest += piece
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    lines.forEach(line)
  }
}

export interface Listener {
  signal: AbortSignal
  bookmark: Bookmark
  /** Let in. `clock` is the server's, in epoch ms; NaN where the answer does not say. */
  onOpen: (clock: number) => void
  onEvent: (event: ServerEvent) => void
  /** Something came, be it only a comment: the connection is alive. */
  onSign?: () => void
}

/**
 * Read the stream to its end, from where the bookmark lies, and move the bookmark.
 * Throws `ApiError` when it cannot be had.
 */
export async function listen(http: Http, { signal, bookmark, onOpen, onEvent, onSign }: Listener): Promise<void> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' }
  if (bookmark.last) headers['Last-Event-ID'] = bookmark.last
  const response = await http.send('GET', 'events/', { headers, signal })
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream') || !response.body) {
    throw new ApiError('This server has no event stream.', 404)
  }
  onOpen(Date.parse(response.headers.get('Date') ?? ''))
  const feed = parser((name, data, id) => {
    if (id) bookmark.last = id
    let event: ServerEvent
    try {
      event = { name, data: JSON.parse(data) } as ServerEvent
    } catch {
      return // One event that cannot be read is no reason to lose the others.
    }
    onEvent(event)
  })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onSign?.()
    feed(value)
  }
}
