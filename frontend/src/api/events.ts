/**
 * The server's event stream, by fetch: unlike an EventSource it can carry the XSRF
 * header and see the status of a refusal.
 */
import { ApiError, type Http } from './http'

/** A start entered a step. `at` is the server's clock, in seconds. */
export interface StepEvent {
  name: 'step'
  data: { mapping_id: string; step: string; at: number }
}

/** A start has something to tell the user. */
export interface WarningEvent {
  name: 'warning'
  data: { mapping_id: string; message: string; at: number }
}

/** Something started, stopped or was granted: worth a look at the list. */
export interface ChangeEvent {
  name: 'change'
  data: Record<string, unknown>
}

export type ServerEvent = StepEvent | WarningEvent | ChangeEvent

/** Text of a stream, in pieces as they come → its events. Comments and `retry` are skipped. */
export function parser(onEvent: (name: string, data: string) => void): (piece: string) => void {
  let rest = ''
  let name = ''
  let data: string[] = []

  function line(text: string): void {
    if (text === '') {
      if (data.length) onEvent(name || 'message', data.join('\n'))
      name = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
  }

  return (piece) => {
    rest += piece
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    lines.forEach(line)
  }
}

/** Read the stream to its end. Throws `ApiError` when it cannot be had. */
export async function listen(
  http: Http,
  signal: AbortSignal,
  onOpen: () => void,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const response = await http.send('GET', 'events/', { headers: { Accept: 'text/event-stream' }, signal })
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream') || !response.body) {
    throw new ApiError('This server has no event stream.', 404)
  }
  onOpen()
  const feed = parser((name, data) => {
    try {
      onEvent({ name, data: JSON.parse(data) } as ServerEvent)
    } catch {
      // One event that cannot be read is no reason to lose the others.
    }
  })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    feed(value)
  }
}
