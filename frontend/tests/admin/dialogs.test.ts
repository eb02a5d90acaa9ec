import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import ConfirmDialog from '@/admin/ConfirmDialog.vue'
import GrantDialog from '@/admin/GrantDialog.vue'
import NameDialog from '@/admin/NameDialog.vue'
import { ApiError } from '@/api/http'
import { deferred } from '../helpers'
import { button, FakeAdmin, inPanel } from './panel'

const nameDialog = (task: (name: string) => Promise<unknown>, props = {}) =>
  mount(NameDialog, { props: { title: 'Add', label: 'Login name', help: 'Small letters.', task, ...props }, attachTo: document.body })

test('a name is handed over without blanks around it', async () => {
  const task = vi.fn().mockResolvedValue('1')
  const page = nameDialog(task)
  expect(document.activeElement).toBe(page.get('input').element)
  expect(page.get(`[id="${page.get('input').attributes('aria-describedby')}"]`).text()).toBe('Small letters.')
  await page.get('input').setValue('  bob ')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(task).toHaveBeenCalledExactlyOnceWith('bob')
  expect(page.emitted('done')).toEqual([['bob']])
})

test('what can be no name is refused at the field, without asking the server', async () => {
  const task = vi.fn()
  const page = nameDialog(task)
  await page.get('form').trigger('submit')
  const input = page.get('input')
  expect(input.attributes('aria-invalid')).toBe('true')
  expect(page.get(`[id="${input.attributes('aria-describedby')}"]`).text()).toBe('It must not be empty.')
  await input.setValue('x'.repeat(256))
  expect(input.attributes('aria-invalid')).toBe('false')
  await page.get('form').trigger('submit')
  expect(page.text()).toContain('At most 255 characters')
  expect(task).not.toHaveBeenCalled()
})

test('a refusal is shown in the dialog, with its reference, and goes with the next try', async () => {
  const task = vi.fn().mockRejectedValueOnce(new ApiError('The user exists already.', 409, 'Exists', 'abc'))
  const page = nameDialog(task)
  await page.get('input').setValue('bob')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.get('.alert').text()).toBe('The user exists already. Reference: abc')
  expect(page.get('.alert').attributes('role')).toBe('alert')
  expect(document.activeElement).toBe(page.get('input').element)
  expect(page.emitted('done')).toBeUndefined()
  await page.get('input').setValue('')
  await page.get('form').trigger('submit')
  expect(page.find('.alert').exists()).toBe(false)
  expect(page.get('[role=alert]').text()).toBe('It must not be empty.')
})

test('what this page did wrong is not shown as the server’s word', async () => {
  const page = nameDialog(() => Promise.reject(new TypeError('x is not a function')))
  await page.get('input').setValue('bob')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.get('.alert').text()).toBe('Something unexpected happened in this page.')
})

test('known names are offered while one types', () => {
  const page = nameDialog(vi.fn(), { suggestions: ['a/b:1', '<b>:2'] })
  const list = page.get(`[id="${page.get('input').attributes('list')}"]`)
  expect(list.findAll('option').map((option) => option.attributes('value'))).toEqual(['a/b:1', '<b>:2'])
})

test('to confirm begins with the harmless answer, and is done once', async () => {
  const answer = deferred<void>()
  const task = vi.fn(() => answer.promise)
  const page = mount(ConfirmDialog, {
    props: { title: 'Stop it?', act: 'Stop it', task },
    slots: { default: '<p>words</p>' },
    attachTo: document.body,
  })
  expect(document.activeElement).toBe(button(page, 'Cancel').element)
  await button(page, 'Stop it').trigger('click')
  await button(page, 'Stop it').trigger('click')
  expect(task).toHaveBeenCalledTimes(1)
  expect(button(page, 'Stop it').attributes('aria-disabled')).toBe('true')
  // Under way, it cannot be left: how it ends would be shown to nobody.
  await page.get('dialog').trigger('cancel')
  await button(page, 'Cancel').trigger('click')
  expect(page.emitted('close')).toBeUndefined()
  answer.resolve()
  await flushPromises()
  expect(page.emitted('done')).toHaveLength(1)
})

test('a refused act leaves the dialog, and can be tried again or left', async () => {
  const task = vi.fn().mockRejectedValueOnce(new ApiError('Docker refused.', 500)).mockResolvedValue(undefined)
  const page = mount(ConfirmDialog, { props: { title: 'Stop it?', act: 'Stop it', task }, attachTo: document.body })
  await button(page, 'Stop it').trigger('click')
  await flushPromises()
  expect([page.get('.alert').text(), page.emitted('done')]).toEqual(['Docker refused.', undefined])
  await button(page, 'Stop it').trigger('click')
  await flushPromises()
  expect([page.find('.alert').exists(), page.emitted('done')?.length]).toEqual([false, 1])
  await page.get('dialog').trigger('cancel')
  expect(page.emitted('close')).toHaveLength(1)
})

async function grantDialog(api = new FakeAdmin(), props = {}) {
  const onDone = vi.fn()
  const page = inPanel(api, GrantDialog, { userId: '7', userName: '<b>\u202e', onDone, ...props })
  await flushPromises()
  const field = (label: string) => {
    const found = page.findAll('label').find((each) => each.text() === label)!
    return page.get<HTMLInputElement>(`[id="${found.attributes('for')}"]`)
  }
  return { api, page, field, onDone }
}

test('the grant form offers the known applications, and says for whom it is', async () => {
  const api = new FakeAdmin()
  api.lists.applications = {
    '1': { image_name: 'a/b:1', image_available: true },
    '2': { image_name: '"><script>', image_available: null },
  }
  const { page } = await grantDialog(api)
  expect(page.findAll('datalist option').map((each) => each.attributes('value'))).toEqual(['a/b:1', '"><script>'])
  expect(page.get('h2').text()).toBe('Grant an application to \u2068<b>\u202e\u2069')
  expect(page.find('h2 b').exists()).toBe(false)
})

test('each option of the policy is in the form', async () => {
  const { api, page, field, onDone } = await grantDialog()
  await field('Application').setValue('a/b:1')
  await field('Workspace: the user’s own files are accessible').setValue(false)
  await field('View: the running application may be shared').setValue(true)
  await field('A start-up file may be given').setValue(true)
  await field('Volume source').setValue('/a')
  await field('Volume target').setValue('/b')
  await field('The volume is read-only').setValue(false)
  await field('License').setValue('X-1')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(onDone).toHaveBeenCalledTimes(1)
  expect(api.acts).toEqual([
    [
      'create',
      'accounting',
      {
        user_id: '7',
        image_name: 'a/b:1',
        app_license: 'X-1',
        allow_home: false,
        allow_view: true,
        volume_source: '/a',
        volume_target: '/b',
        volume_mode: 'rw',
        allow_startup_data: true,
      },
    ],
  ])
})

test('complaints begin with the first try, at their fields, and the first has the focus', async () => {
  const { api, page, field } = await grantDialog()
  await field('Volume source').setValue('relative')
  expect(page.find('.invalid-feedback').exists()).toBe(false)
  await field('Application').setValue('a/b:1')
  await page.get('form').trigger('submit')
  await flushPromises()
  const source = field('Volume source')
  expect(source.attributes('aria-invalid')).toBe('true')
  expect(page.get(`[id="${source.attributes('aria-describedby')}"]`).text()).toContain('A full path')
  expect(document.activeElement).toBe(source.element)
  expect(api.acts).toEqual([])
})

test('what the server refuses is said in the form, which keeps what was typed', async () => {
  const api = new FakeAdmin()
  api.refusals['create accounting'] = new ApiError("There is no application 'a/b:1'.", 404)
  api.refusals['page applications'] = new ApiError('away', 503)
  const { page, field, onDone } = await grantDialog(api)
  await field('Application').setValue('a/b:1')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(page.get('.alert').text()).toBe("There is no application 'a/b:1'.")
  expect(field('Application').element.value).toBe('a/b:1')
  expect(onDone).not.toHaveBeenCalled()
})
