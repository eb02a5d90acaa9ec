import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { usePolling } from '@/shared/usePolling'
import { deferred, inScope, setHidden } from '../helpers'

beforeEach(() => vi.useFakeTimers())
afterEach(() => setHidden(false))

const task = vi.fn<() => Promise<void>>()
beforeEach(() => task.mockReset().mockResolvedValue())

function poll(interval: number | (() => number) = 1000) {
  return inScope(() => usePolling(task, { interval, first: 100, most: 350 }))
}

test('nothing is asked before the first call; then again and again', async () => {
  const polling = poll()
  await vi.advanceTimersByTimeAsync(5000)
  expect(task).not.toHaveBeenCalled()
  await polling.now()
  await vi.advanceTimersByTimeAsync(3000)
  expect(task).toHaveBeenCalledTimes(4)
})

test('the interval is asked for each time', async () => {
  let interval = 1000
  await poll(() => interval).now()
  interval = 100_000
  await vi.advanceTimersByTimeAsync(1000)
  expect(task).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(50_000)
  expect(task).toHaveBeenCalledTimes(2)
})

test('failures are counted, and tried again more and more rarely, but not too rarely', async () => {
  task.mockRejectedValue(new Error('away'))
  const polling = poll()
  await polling.now()
  for (const [wait, count] of [[100, 2], [200, 3], [350, 4], [350, 5]] as const) {
    expect(polling.nextAt.value).toBe(Date.now() + wait)
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(task).toHaveBeenCalledTimes(count - 1)
    await vi.advanceTimersByTimeAsync(1)
    expect(polling.failures.value).toBe(count)
  }
  task.mockResolvedValue()
  await vi.advanceTimersByTimeAsync(350)
  expect(polling.failures.value).toBe(0)
  expect(polling.nextAt.value).toBe(Date.now() + 1000)
})

test('who asks during a look, which may be too old, waits for one more; so do all who ask then', async () => {
  const first = deferred<void>()
  const second = deferred<void>()
  task.mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise)
  const polling = poll()
  const over = vi.fn()
  const all = [polling.now(), polling.now(), polling.now()]
  void Promise.all(all).then(over)
  expect(polling.nextAt.value).toBeNull()
  first.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(task).toHaveBeenCalledTimes(2)
  expect(over).not.toHaveBeenCalled()
  second.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toHaveBeenCalledOnce()
  expect(task).toHaveBeenCalledTimes(2)
  expect(polling.nextAt.value).toBe(Date.now() + 1000)
})

test('a look that fails is not made again at once, whoever asked meanwhile', async () => {
  const first = deferred<void>()
  task.mockReturnValueOnce(first.promise)
  const polling = poll()
  const both = [polling.now(), polling.now()]
  first.reject(new Error('away'))
  await Promise.all(both)
  expect(task).toHaveBeenCalledOnce()
  expect(polling.nextAt.value).toBe(Date.now() + 100)
  await vi.advanceTimersByTimeAsync(100)
  expect(task).toHaveBeenCalledTimes(2)
})

test('a hidden page asks nothing; shown again, it asks at once', async () => {
  await poll().now()
  setHidden(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(task).toHaveBeenCalledOnce()
  setHidden(false)
  expect(task).toHaveBeenCalledTimes(2)
})

test('when the network is back it asks at once', async () => {
  task.mockRejectedValueOnce(new Error('away'))
  const polling = poll()
  await polling.now()
  window.dispatchEvent(new Event('online'))
  expect(task).toHaveBeenCalledTimes(2)
})
