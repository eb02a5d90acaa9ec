/** The small parts that both pages share. */
import { expect, test, vi } from 'vitest'
import { copyText } from '@/shared/clipboard'
import { readConfig } from '@/shared/config'
import { reloadOnce } from '@/shared/forbidden'
import { count, duration } from '@/shared/format'
import { applyTheme, THEME_KEY } from '@/shared/theme'
import { useAnnouncer } from '@/shared/useAnnouncer'

test.each([
  [-3, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [65, '1 min 5 s'],
  [600, '10 min'],
  [3599, '59 min'],
  [3600, '1 h'],
  [3720, '1 h 2 min'],
  [172_800, '2 days'],
])('%d seconds are %s', (seconds, words) => expect(duration(seconds)).toBe(words))

test('things are counted in words', () => {
  expect([count(0, 'user'), count(1, 'user'), count(12_000, 'user')]).toEqual(['0 users', '1 user', '12,000 users'])
  expect(count(2, 'entry', 'entries')).toBe('2 entries')
})

test('a page is loaded again once, and not in circles', () => {
  const reload = vi.fn()
  expect(reloadOnce(sessionStorage, reload)).toBe(true)
  expect(reloadOnce(sessionStorage, reload)).toBe(false)
  expect(reload).toHaveBeenCalledOnce()
})

test('after a minute it may be loaded again; without a storage never', () => {
  vi.useFakeTimers()
  const reload = vi.fn()
  reloadOnce(sessionStorage, reload)
  vi.advanceTimersByTime(60_001)
  expect(reloadOnce(sessionStorage, reload)).toBe(true)
  const forbidden = { getItem: () => { throw new Error('forbidden') } } as unknown as Storage
  expect(reloadOnce(forbidden, reload)).toBe(false)
})

test('the page reads what the template says, with defaults for what it does not', () => {
  const element = document.createElement('div')
  Object.assign(element.dataset, { baseUrl: '/user/a/', owner: 'a', networkTimeout: '90', accountingWritable: 'false' })
  expect(readConfig(element)).toMatchObject({
    baseUrl: '/user/a/',
    actor: 'a',
    admin: false,
    session: 'user',
    logoutUrl: '/hub/logout',
    networkTimeout: 90,
    accountingWritable: false,
  })
})

test('the theme is what was chosen on the pages of the Hub, else what the system says', () => {
  const root = document.createElement('html')
  applyTheme(root)
  expect(root.getAttribute('data-bs-theme')).toBe('light')
  localStorage.setItem(THEME_KEY, 'dark')
  window.dispatchEvent(new Event('storage'))
  expect(root.getAttribute('data-bs-theme')).toBe('dark')
  localStorage.setItem(THEME_KEY, 'purple')
  window.dispatchEvent(new Event('storage'))
  expect(root.getAttribute('data-bs-theme')).toBe('light')
})

test('the same words twice are still news', () => {
  const { message, say } = useAnnouncer()
  say('It has ended.')
  const first = message.value
  say('It has ended.')
  expect(message.value).not.toBe(first)
  expect(message.value.trim()).toBe('It has ended.')
})

test('text is copied by the clipboard where there is one', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  expect(await copyText('this')).toBe(true)
  expect(writeText).toHaveBeenCalledExactlyOnceWith('this')
})

test('without one, by a selection inside of the dialog that is open, which leaves nothing behind', async () => {
  vi.stubGlobal('navigator', {})
  document.body.innerHTML = '<button>before</button><dialog open></dialog>'
  const button = document.querySelector('button')!
  button.focus()
  let copied = ''
  document.execCommand = () => {
    copied = document.querySelector<HTMLTextAreaElement>('dialog textarea')!.value
    return true
  }
  expect(await copyText('that')).toBe(true)
  expect(copied).toBe('that')
  expect(document.querySelector('textarea')).toBeNull()
  expect(document.activeElement).toBe(button)
})

test('where neither works, the user is told', async () => {
  vi.stubGlobal('navigator', {})
  document.execCommand = () => false
  expect(await copyText('that')).toBe(false)
})
