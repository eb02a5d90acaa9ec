/** The one place that talks HTTP. */
import type { ErrorBody } from './types'

/** Anything that a request can end with, short of success. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly type: string = '',
    /** Reference id: the line in the server's log. */
    readonly ref: string | null = null,
    /** The whole error object, for those who know more keys. */
    readonly body: ErrorBody = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** The request did not reach the server, or its answer was lost. */
  get offline(): boolean {
    return this.status === 0
  }

  /** Something behind the server is away and may come back by itself. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

const WORDS: Record<number, string> = {
  0: 'The server cannot be reached.',
  403: 'You are not logged in, or not allowed to do this.',
  404: 'This does not exist (any more).',
  405: 'The server does not offer this.',
  409: 'This exists already.',
  424: 'Your server is not running.',
  502: 'Your server does not answer.',
  503: 'The server is not available at the moment.',
  504: 'The server did not answer in time.',
}

export interface HttpOptions {
  /** `/user/NAME/` */
  baseUrl: string
  xsrfToken: string
  /** Called on every 403, before the error is thrown. */
  onForbidden?: () => void
}

export interface RequestOptions {
  body?: unknown
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string>
  signal?: AbortSignal
}

export class Http {
  constructor(private readonly options: HttpOptions) {}

  /** Address of an API path: `address('containers/')`. */
  address(path: string, query: RequestOptions['query'] = {}): string {
    const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()
    return `${this.options.baseUrl}api/v1/${path}${text && `?${text}`}`
  }

  /** The bare answer, checked. Throws `ApiError`. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    // JupyterHub wants the token on reading fetches also, not only on writing ones.
    const headers: Record<string, string> = {
      'X-XSRFToken': this.options.xsrfToken,
      Accept: 'application/json',
      ...options.headers,
    }
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
    if (options.signal) init.signal = options.signal
    if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      init.body = JSON.stringify(options.body)
    }
    let response: Response
    try {
      response = await fetch(this.address(path, options.query), init)
    } catch (error) {
      if (options.signal?.aborted) throw error
      throw new ApiError(WORDS[0]!, 0)
    }
    if (!response.ok) throw await this.refusal(response)
    return response
  }

  async get<T>(path: string, options?: RequestOptions): Promise<T> {
    const response = await this.send('GET', path, options)
    try {
      return (await response.json()) as T
    } catch {
      // A proxy's page, or an answer that was cut off.
      throw new ApiError('The server gave an answer that cannot be read.', 502)
    }
  }

  /** Create; the id of what was created, from `Location`. */
  async create(path: string, body: unknown, options: RequestOptions = {}): Promise<string> {
    const response = await this.send('POST', path, { ...options, body })
    const parts = (response.headers.get('Location') ?? '').split('/').filter(Boolean)
    return decodeURIComponent(parts.at(-1) ?? '')
  }

  async delete(path: string): Promise<void> {
    await this.send('DELETE', path)
  }

  private async refusal(response: Response): Promise<ApiError> {
    let body: ErrorBody = {}
    try {
      const parsed: unknown = await response.json()
      if (parsed && typeof parsed === 'object') body = parsed as ErrorBody
    } catch {
      // Not ours: a page of the Hub or of a proxy. The status says enough.
    }
    if (response.status === 403) this.options.onForbidden?.()
    const words = WORDS[response.status] ?? `The server refused (status ${response.status}).`
    const message = typeof body.message === 'string' && body.message ? body.message : words
    const ref = typeof body.ref === 'string' && body.ref ? body.ref : null
    return new ApiError(message, response.status, String(body.type ?? ''), ref, body)
  }
}
