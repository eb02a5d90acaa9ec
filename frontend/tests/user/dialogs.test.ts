import { mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import QuitDialog from '@/user/QuitDialog.vue'
import RunningBar from '@/user/RunningBar.vue'
import ShareDialog from '@/user/ShareDialog.vue'
import { entryOf, POLICY } from '../helpers'

const ADDRESS = 'http://host/user/a/containers/u1/'
const button = (page: ReturnType<typeof mount>, text: string) =>
  page.findAll('button').find((found) => found.text() === text)!

test('to quit asks first, and begins with the harmless answer', async () => {
  const page = mount(QuitDialog, { props: { name: 'Lab' }, attachTo: document.body })
  expect(page.get('dialog').attributes()).toHaveProperty('open')
  expect(page.get(`[id="${page.get('dialog').attributes('aria-labelledby')}"]`).text()).toBe('Quit Lab?')
  expect(page.text()).toContain('What is not saved is lost')
  expect(document.activeElement).toBe(button(page, 'Go on working').element)
  await button(page, 'Go on working').trigger('click')
  expect([page.emitted('close')?.length, page.emitted('quit')]).toEqual([1, undefined])
  await button(page, 'Quit').trigger('click')
  expect(page.emitted('quit')).toHaveLength(1)
})

test('Escape and a click beside it close a dialog, a click inside does not', async () => {
  const page = mount(QuitDialog, { props: { name: 'Lab' }, attachTo: document.body })
  await page.get('p').trigger('mousedown')
  expect(page.emitted('close')).toBeUndefined()
  await page.get('dialog').trigger('cancel')
  await page.get('dialog').trigger('mousedown')
  expect(page.emitted('close')).toHaveLength(2)
  expect(page.emitted('quit')).toBeUndefined()
})

test('a closed dialog gives the focus back to where it was', () => {
  const before = document.createElement('button')
  document.body.append(before)
  before.focus()
  const page = mount(QuitDialog, { props: { name: 'Lab' }, attachTo: document.body })
  expect(document.activeElement).not.toBe(before)
  page.unmount()
  expect(document.activeElement).toBe(before)
})

test('to share is an address to copy, and who may enter by it', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  const page = mount(ShareDialog, { props: { name: 'Lab', address: ADDRESS }, attachTo: document.body })
  expect(page.get('input').element.value).toBe(ADDRESS)
  expect(page.get('input').attributes()).toHaveProperty('readonly')
  expect(page.get(`label[for="${page.get('input').attributes('id')}"]`).text()).toBe('Address of this running application')
  expect(page.text()).toContain('Nobody else gets in')
  await button(page, 'Copy').trigger('click')
  expect(writeText).toHaveBeenCalledExactlyOnceWith(ADDRESS)
})

function bar(allow_view: boolean, phase: 'running' | 'stopping' = 'running', follows: boolean | null = null) {
  const entry = entryOf('a', { policy: { ...POLICY, allow_view } }, { phase, urlId: 'u1' })
  return mount(RunningBar, { props: { entry, address: ADDRESS, follows } })
}

test('the bar names the application and what can be done with it', async () => {
  const page = bar(true)
  expect(page.get('h1').text()).toBe('A')
  expect(page.get('a').attributes()).toMatchObject({ href: ADDRESS, target: '_blank', rel: 'noopener' })
  for (const act of ['Share', 'Full screen', 'Quit']) await button(page, act).trigger('click')
  expect(Object.keys(page.emitted()).filter((name) => name !== 'click')).toEqual(['share', 'fullscreen', 'quit'])
})

test('sharing is not offered where the policy forbids it', () => {
  expect(button(bar(false), 'Share')).toBeUndefined()
})

test('what stops cannot be quit again', () => {
  expect(button(bar(true, 'stopping'), 'Quit').attributes()).toHaveProperty('disabled')
})

test('a screen that can follow the window is offered to, and says whether it does', async () => {
  expect(button(bar(true), 'Fit to window')).toBeUndefined()
  for (const follows of [false, true]) {
    const page = bar(true, 'running', follows)
    expect(button(page, 'Fit to window').attributes('aria-pressed')).toBe(String(follows))
    await button(page, 'Fit to window').trigger('click')
    expect(page.emitted('follow')).toEqual([[!follows]])
  }
})
