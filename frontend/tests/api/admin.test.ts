import { expect, test, vi } from 'vitest'
import { AdminApi } from '@/api/admin'
import { Http } from '@/api/http'

function answering(body: unknown, init: ResponseInit = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(body === null ? null : JSON.stringify(body), init))
  vi.stubGlobal('fetch', fetch)
  const api = new AdminApi(new Http({ baseUrl: '/user/alice/', xsrfToken: 'x' }))
  const asked = () => {
    const [address, options] = fetch.mock.calls.at(-1)!
    return `${options!.method} ${decodeURIComponent(String(address)).replaceAll('+', ' ')}`
  }
  return { api, asked, fetch }
}

const list = (items: Record<string, object>, identifiers = Object.keys(items), total = identifiers.length) => ({
  identifiers,
  items,
  offset: 0,
  total,
})

test('a page keeps the order of the identifiers, and the number of all', async () => {
  const { api, asked } = answering(list({ '1': { name: 'a' }, '2': { name: 'b' } }, ['2', '1', '7'], 120))
  expect(await api.page('users', { search: 'x y', sort: '-name', limit: 25, offset: 50 })).toEqual({
    rows: [
      { id: '2', item: { name: 'b' } },
      { id: '1', item: { name: 'a' } },
    ],
    total: 120,
  })
  expect(asked()).toBe('GET /user/alice/api/v1/users/?search=x y&sort=-name&limit=25&offset=50')
})

test('the name of a user is had by one row, not by all users', async () => {
  const { api, asked, fetch } = answering(list({ '7': { name: 'zoe' } }))
  expect(await api.userName('7')).toBe('zoe')
  expect(asked()).toBe('GET /user/alice/api/v1/users/?id=7')
  expect(fetch).toHaveBeenCalledTimes(1)
  expect(await answering(list({})).api.userName('8')).toBeNull()
})

test('what is created is told by its id', async () => {
  const { api, asked, fetch } = answering(null, { status: 201, headers: { Location: 'http://h/user/alice/api/v1/users/12/' } })
  expect(await api.create('users', { name: '<b>"' })).toBe('12')
  expect(asked()).toBe('POST /user/alice/api/v1/users/')
  expect(fetch.mock.calls[0]![1]!.body).toBe('{"name":"<b>\\""}')
})

test('an id stays one part of the address, whatever it holds', async () => {
  const { api, fetch } = answering(null, { status: 204 })
  await api.remove('containers', '../users/1?x')
  expect(fetch.mock.calls[0]![0]).toBe('/user/alice/api/v1/containers/..%2Fusers%2F1%3Fx/')
})

test('the statistics are one object', async () => {
  const { api, asked } = answering({ realm: 'r' })
  expect(await api.stats()).toEqual({ realm: 'r' })
  expect(asked()).toBe('GET /user/alice/api/v1/stats/')
})

test('a refusal has the words of the server', async () => {
  const { api } = answering({ type: 'Exists', message: 'The user exists already.' }, { status: 409 })
  await expect(api.create('users', { name: 'a' })).rejects.toMatchObject({ message: 'The user exists already.', status: 409 })
})
