import { flushPromises } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api/http'
import { button, FakeAdmin, openSection, STATS } from './panel'

const HOSTILE = '<img src=x onerror=alert(1)>"\'&amp; \u202e'
const READ_ONLY = { accountingWritable: 'false' }

function filled(): FakeAdmin {
  const api = new FakeAdmin()
  const policy = { allow_home: true, allow_view: false, allow_startup_data: true, app_license: 'X-1' }
  const volume = { volume_source: '/srv/a', volume_target: '/a', volume_mode: 'rw' }
  api.lists = {
    users: { '1': { name: 'bob' }, '2': { name: HOSTILE } },
    applications: {
      '1': { image_name: 'a/b:1', image_available: true },
      '2': { image_name: HOSTILE, image_available: false },
      '3': { image_name: 'c', image_available: null },
    },
    containers: {
      ['u'.repeat(32)]: {
        docker_id: 'd'.repeat(64),
        name: 'n',
        image_name: 'a/b:1',
        image_id: 'i',
        mapping_id: 'm'.repeat(32),
        user: HOSTILE,
        realm: 'r',
        started: Date.now() / 1000 - 125,
      },
    },
    accounting: { m1: { user_id: '1', image_name: 'a/b:1', ...policy, ...volume } },
    images: Object.fromEntries(
      ['a/b:1', 'd:1'].map((name) => [name, { name, ui_name: '', description: '', type: '' }]),
    ),
  }
  return api
}

const cells = (page: Awaited<ReturnType<typeof openSection>>['page'], row = 0) =>
  page.findAll('tbody tr')[row]!.findAll('td[data-label]').map((cell) => cell.text())

test('the overview shows the numbers, each leading to its section', async () => {
  const { page } = await openSection(new FakeAdmin(), '/')
  const tiles = page.findAll('.tiles a').map((tile) => [tile.get('span').text(), tile.get('b').text(), tile.attributes('href')])
  expect(tiles).toEqual([
    ['Running containers', '4', '/containers/'],
    ['Active users', '3', '/containers/'],
    ['Users', '10,000', '/users/'],
    ['Applications', '7', '/applications/'],
  ])
  expect(page.text()).toContain('Realm remoteexec')
})

test('what the configuration opens is told, and that it opens nothing', async () => {
  const api = new FakeAdmin()
  const closed = await openSection(api, '/')
  expect(closed.page.text()).toContain('opens nothing that is closed by default')
  api.statistics = { ...STATS, opened: ['A container may use any <memory>.'] }
  const { page } = await openSection(api, '/')
  expect(page.findAll('.opened li').map((item) => item.text())).toEqual(['A container may use any <memory>.'])
  expect(page.text()).not.toContain('opens nothing')
})

test('the overview tells an outage and recovers by itself', async () => {
  vi.useFakeTimers()
  const api = new FakeAdmin()
  const numbers = api.statistics
  api.statistics = new ApiError('Docker is not available at the moment.', 503)
  const { page } = await openSection(api, '/')
  await vi.advanceTimersByTimeAsync(0)
  expect(page.get('[role=alert]').text()).toContain('Docker is not available')
  api.statistics = numbers
  await vi.advanceTimersByTimeAsync(3000)
  expect(page.find('[role=alert]').exists()).toBe(false)
  expect(page.findAll('.tiles a')).toHaveLength(4)
})

test('a user is added in the dialog, said aloud, and listed', async () => {
  const api = filled()
  const { page, said } = await openSection(api, '/users/')
  await button(page, 'Add a user').trigger('click')
  await page.get('dialog input').setValue('zoe')
  const before = api.pages.length
  await page.get('dialog form').trigger('submit')
  await flushPromises()
  expect(api.acts).toEqual([['create', 'users', { name: 'zoe' }]])
  expect([page.find('dialog').exists(), said, api.pages.length - before]).toEqual([false, ['User zoe is added.'], 1])
})

test('a user is removed after a question that names them, as text', async () => {
  const api = filled()
  const { page, said } = await openSection(api, '/users/')
  await button(page, `Remove ${HOSTILE}`).trigger('click')
  expect(page.get('dialog bdi').text()).toBe(HOSTILE.trim())
  expect(page.find('dialog img').exists()).toBe(false)
  expect(api.acts).toEqual([])
  await button(page, 'Remove').trigger('click')
  await flushPromises()
  expect([api.acts, page.find('dialog').exists()]).toEqual([[['remove', 'users', '2']], false])
  expect(said).toEqual([`User ${HOSTILE} is removed.`])
  expect(page.findAll('tbody tr')).toHaveLength(1)
})

test('what is refused stays where it was asked for', async () => {
  const api = filled()
  api.refusals['remove users'] = new ApiError('The database is locked.', 503)
  const { page, said } = await openSection(api, '/users/')
  await button(page, 'Remove bob').trigger('click')
  await button(page, 'Remove').trigger('click')
  await flushPromises()
  expect(page.get('dialog [role=alert]').text()).toBe('The database is locked.')
  expect([said, page.findAll('tbody tr').length]).toEqual([[], 2])
})

test('an application whose image Docker has not is marked, and unknown is neither', async () => {
  const { page } = await openSection(filled(), '/applications/')
  expect([0, 1, 2].map((row) => cells(page, row)[1])).toEqual(['available', 'image missing', 'not known'])
  expect(page.findAll('tbody bdi')[1]!.text()).toBe(HOSTILE.trim())
})

test('the images that Docker has are offered for a new application; without Docker it can be typed', async () => {
  const api = filled()
  const { page } = await openSection(api, '/applications/')
  await button(page, 'Add an application').trigger('click')
  await flushPromises()
  expect(page.findAll('datalist option').map((option) => option.attributes('value'))).toEqual(['a/b:1', 'd:1'])
  await button(page, 'Cancel').trigger('click')
  api.refusals['page images'] = new ApiError('away', 503)
  await button(page, 'Add an application').trigger('click')
  await page.get('dialog input').setValue('e:1')
  await page.get('dialog form').trigger('submit')
  await flushPromises()
  expect(api.acts).toEqual([['create', 'applications', { image_name: 'e:1' }]])
})

test('a container is shown with its ids and the time it runs, and stopped after a question', async () => {
  const api = filled()
  const { page, said } = await openSection(api, '/containers/')
  const [user, image, since, ...ids] = cells(page)
  expect([user, image]).toEqual([HOSTILE.trim(), 'a/b:1'])
  expect(since).toMatch(/\(2 min 5 s\)$/)
  expect(ids).toEqual(['u'.repeat(12), 'd'.repeat(12), 'm'.repeat(12)])
  expect(page.get('code').attributes('title')).toBe('u'.repeat(32))
  await button(page, `Stop a/b:1 of ${HOSTILE}`).trigger('click')
  expect(page.get('dialog').text()).toContain('What its user has not saved is lost')
  await button(page, 'Stop it').trigger('click')
  await flushPromises()
  expect(api.acts).toEqual([['remove', 'containers', 'u'.repeat(32)]])
  expect(said).toEqual([`The application of ${HOSTILE} has stopped.`])
  expect(page.text()).toContain('Nothing is running.')
})

test('a container that has ended meanwhile is refused in words, and then no longer listed', async () => {
  const api = filled()
  const { page } = await openSection(api, '/containers/')
  api.refusals['remove containers'] = new ApiError('There is no running container with that id.', 404)
  await button(page, `Stop a/b:1 of ${HOSTILE}`).trigger('click')
  await button(page, 'Stop it').trigger('click')
  await flushPromises()
  expect(page.get('dialog [role=alert]').text()).toBe('There is no running container with that id.')
  api.lists.containers = {}
  await button(page, 'Cancel').trigger('click')
  await flushPromises()
  expect(page.text()).toContain('Nothing is running.')
})

test('grants are asked for by user, and shown option by option', async () => {
  const api = filled()
  const { page } = await openSection(api, '/users/1/grants/')
  expect(page.get('h1').text()).toBe('Grants of bob')
  expect(JSON.parse(api.pages[0]!.query.filter!)).toEqual({ user_id: '1' })
  expect(cells(page)).toEqual(['a/b:1', 'yes', 'no', '/srv/a', '/a', 'no', 'yes', 'X-1'])
})

test('the grants of nobody say so', async () => {
  const api = filled()
  api.refusals['page accounting'] = new ApiError('There is no user with that id.', 404)
  const { page } = await openSection(api, '/users/99/grants/')
  expect(page.get('h1').text()).toBe('Grants of user 99')
  expect(page.get('[role=alert]').text()).toBe('There is no user with that id.')
})

test('a grant is added and removed', async () => {
  const api = filled()
  const { page, said } = await openSection(api, '/users/1/grants/')
  await button(page, 'Add a grant').trigger('click')
  await page.get('dialog input').setValue('d:1')
  await page.get('dialog form').trigger('submit')
  await flushPromises()
  expect(api.acts.at(-1)!.slice(0, 2)).toEqual(['create', 'accounting'])
  await button(page, 'Remove the grant of a/b:1').trigger('click')
  await button(page, 'Remove').trigger('click')
  await flushPromises()
  expect(api.acts.at(-1)).toEqual(['remove', 'accounting', 'm1'])
  expect(said).toEqual(['The grant is added.', 'The grant is removed.'])
})

test.each([
  ['/users/', ['Add a user', 'Remove bob']],
  ['/applications/', ['Add an application', 'Remove a/b:1']],
  ['/users/1/grants/', ['Add a grant', 'Remove the grant of a/b:1']],
])('with an accounting that cannot be written, what writes is off in %s', async (path, names) => {
  const { page } = await openSection(filled(), path, READ_ONLY)
  for (const name of names) expect(button(page, name).attributes()).toHaveProperty('disabled')
  const writable = await openSection(filled(), path)
  for (const name of names) expect(button(writable.page, name).attributes()).not.toHaveProperty('disabled')
})

test('a container can be stopped also where the accounting cannot be written', async () => {
  const { page } = await openSection(filled(), '/containers/', READ_ONLY)
  expect(button(page, `Stop a/b:1 of ${HOSTILE}`).attributes()).not.toHaveProperty('disabled')
})

test('search, order and page are read from the address and written to it', async () => {
  vi.useFakeTimers()
  const api = new FakeAdmin()
  api.lists.users = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [String(n), { name: `u${n}` }]))
  const { page, router } = await openSection(api, '/users/?search=u&sort=-id&offset=25')
  expect(api.pages[0]!.query).toMatchObject({ search: 'u', sort: '-id', offset: 25 })
  await button(page, 'Next').trigger('click')
  await vi.advanceTimersByTimeAsync(0)
  expect(router.currentRoute.value.query).toEqual({ search: 'u', sort: '-id', offset: '50' })
  await page.get('input').setValue('')
  await vi.advanceTimersByTimeAsync(300)
  await button(page, 'Name').trigger('click')
  await vi.advanceTimersByTimeAsync(0)
  expect(router.currentRoute.value.query).toEqual({})
  expect(api.pages.at(-1)!.query).toMatchObject({ search: '', sort: 'name', offset: 0 })
})

test.each(['offset=-1', 'offset=1.5', 'offset=x', 'offset=1&offset=2', 'search=a&search=b'])(
  'an address with %s is the first page of all',
  async (query) => {
    const api = filled()
    await openSection(api, `/users/?${query}`)
    expect(api.pages[0]!.query).toMatchObject({ search: '', offset: 0 })
  },
)

test('a list recovers by itself when an outage is over, and says that it will', async () => {
  vi.useFakeTimers()
  const api = filled()
  api.refusals['page users'] = new ApiError('The database is not available at the moment.', 503)
  const { page } = await openSection(api, '/users/')
  await vi.advanceTimersByTimeAsync(0)
  expect(page.get('.data-trouble').text()).toContain('This page tries again by itself.')
  api.refusals = {}
  await vi.advanceTimersByTimeAsync(3000)
  expect([page.find('[role=alert]').exists(), page.findAll('tbody tr').length]).toEqual([false, 2])
})

test('what does not pass by itself is not asked for again and again', async () => {
  vi.useFakeTimers()
  const api = filled()
  api.refusals['page users'] = new ApiError('Something went wrong on our side.', 500)
  const { page } = await openSection(api, '/users/')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.pages).toHaveLength(1)
  expect(page.get('.data-trouble').text()).not.toContain('by itself')
})

test('containers that others start and stop are seen without asking', async () => {
  vi.useFakeTimers()
  const api = filled()
  const { page } = await openSection(api, '/containers/')
  await vi.advanceTimersByTimeAsync(0)
  expect(page.findAll('tbody tr')).toHaveLength(1)
  api.lists.containers = {}
  await vi.advanceTimersByTimeAsync(15_000)
  expect(page.text()).toContain('Nothing is running.')
})

test('an address that is none leads to the overview', async () => {
  const { page } = await openSection(new FakeAdmin(), '/users/x/grants/')
  expect(page.get('h1').text()).toBe('Overview')
})
