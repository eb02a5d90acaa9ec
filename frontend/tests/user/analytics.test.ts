import { afterEach, expect, test } from 'vitest'
import { trackStart } from '@/user/analytics'

const tagged = window as Window & { dataLayer?: IArguments[] }
afterEach(() => {
  delete tagged.dataLayer
  document.head.innerHTML = ''
})

test('without an id nothing is loaded and nothing told', () => {
  trackStart({ gaTrackingId: '' }, 'image/a')
  expect([tagged.dataLayer, document.querySelector('script')]).toEqual([undefined, null])
})

test('with one, each start is an event, and the script is loaded once', () => {
  trackStart({ gaTrackingId: 'G-1 2' }, 'image/a')
  trackStart({ gaTrackingId: 'G-1 2' }, 'image/b')
  expect([...document.querySelectorAll('script')].map((script) => script.src)).toEqual([
    'https://www.googletagmanager.com/gtag/js?id=G-1%202',
  ])
  const told = tagged.dataLayer!.map((parts) => [...parts]).filter(([what]) => what === 'event')
  expect(told).toEqual(
    ['image/a', 'image/b'].map((label) => ['event', 'start', { event_category: 'Application', event_label: label }]),
  )
})
