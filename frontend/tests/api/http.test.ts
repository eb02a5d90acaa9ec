import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError, Http } from '@/api/http'

const onForbidden = vi.fn()
const http = new Http({ baseUrl: '/user/al%20ice/', xsrfToken: 'the-token', onForbidden })
const fetched = vi.fn<(address: string, init: RequestInit) => Promise<Response>>()

beforeEach(() => {
  vi.stubGlobal('fetch', fetched.mockReset())
  onForbidden.mockReset()
})

const json = (status: number, body: unknown) => async () => new Response(JSON.stringify(body), { status })

async function refusal(answer: () => Promise<Response>): Promise<ApiError> {
  fetched.mockImplementation(answer)
  return http.get('applications/').then(
    () => expect.fail('was accepted'),
    (error: ApiError) => error,
  )
}

test('an address is below the base, with the arguments that have a value', () => {
  expect(http.address('users/')).toBe('/user/al%20ice/api/v1/users/')
  expect(http.address('users/', { search: 'a&b', limit: 0, sort: '', offset: undefined })).toBe(
    '/user/al%20ice/api/v1/users/?search=a%26b&limit=0',
  )
})

test('every request carries the XSRF token and the cookies of this origin, and is not cached', async () => {
  fetched.mockImplementation(json(200, {}))
  await http.get('stats/')
  const [address, init] = fetched.mock.calls[0]!
  expect(address).toBe('/user/al%20ice/api/v1/stats/')
  expect(init).toMatchObject({ method: 'GET', credentials: 'same-origin', cache: 'no-store' })
  expect(new Headers(init.headers).get('X-XSRFToken')).toBe('the-token')
})

test('what is created is named by the last part of its Location', async () => {
  const headers = { Location: 'http://host/user/al%20ice/api/v1/containers/a%2Fb/' }
  fetched.mockResolvedValue(new Response(null, { status: 201, headers }))
  expect(await http.create('containers/', { mapping_id: '1' })).toBe('a/b')
  expect(fetched.mock.calls[0]![1].body).toBe('{"mapping_id":"1"}')
})

test("an error of ours keeps its words, type, reference and further keys", async () => {
  const body = { type: 'Unable', message: 'It ended.', ref: '7f', step: 'wait', exit_code: 1 }
  const error = await refusal(json(500, body))
  expect(error).toMatchObject({ message: 'It ended.', status: 500, type: 'Unable', ref: '7f', body })
  expect(error.away).toBe(false)
})

test.each([
  [502, 'Your server does not answer.', true],
  [503, 'The server is not available at the moment.', true],
  [504, 'The server did not answer in time.', true],
  [424, 'Your server is not running.', false],
  [418, 'The server refused (status 418).', false],
])("a proxy's page with %i is told in words", async (status, words, away) => {
  const error = await refusal(async () => new Response('<html>Bad</html>', { status }))
  expect(error).toMatchObject({ message: words, status, away, ref: null, offline: false })
})

test.each([['text'], [null], [[]], [{ message: 7, ref: {} }]])('an odd body %j does no harm', async (body) => {
  const error = await refusal(json(500, body))
  expect(error).toMatchObject({ message: 'The server refused (status 500).', ref: null })
})

test('no answer at all is offline, which may pass', async () => {
  const error = await refusal(() => Promise.reject(new TypeError('Failed to fetch')))
  expect(error).toMatchObject({ status: 0, offline: true, away: true, message: 'The server cannot be reached.' })
})

test('a request that was given up is not an error of the server', async () => {
  const abort = new AbortController()
  abort.abort()
  fetched.mockRejectedValue(new DOMException('given up', 'AbortError'))
  await expect(http.get('x', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
})

test('an answer that was cut off counts as the server being away', async () => {
  const error = await refusal(async () => new Response('{"items": {', { status: 200 }))
  expect(error).toMatchObject({ status: 502, away: true })
})

test('every 403 is told to who can renew the login, and only a 403', async () => {
  await refusal(json(404, {}))
  expect(onForbidden).not.toHaveBeenCalled()
  await refusal(json(403, {}))
  expect(onForbidden).toHaveBeenCalledOnce()
})
