import { expect, test } from 'vitest'
import { checkForm, newForm, offersStartupFile, resolutionText, RESOLUTIONS, toConfigurables, type StartForm } from '@/user/options'
import { application, POLICY } from '../helpers'

const FRAME = { width: 1216.7, height: 748 }
const desktop = application('d', { configurables: ['resolution', 'startupdata'], policy: { ...POLICY, allow_startup_data: true } }).image
const plain = application('p').image
const form = (changes: Partial<StartForm> = {}): StartForm => ({ ...newForm(), ...changes })

test('an image without options is started without', () => {
  expect(toConfigurables(form({ resolution: '1024x768', startupFile: '/a' }), plain, FRAME)).toBeUndefined()
})

test('the window size is that of the frame to come, in whole pixels and within reason', () => {
  expect(toConfigurables(form(), desktop, FRAME)).toEqual({ resolution: { resolution: '1216x748' } })
  expect(resolutionText(form(), { width: 20, height: 20_000 })).toBe('200x8192')
})

test.each(RESOLUTIONS)('%s is sent as chosen, whatever the window', (resolution) => {
  expect(toConfigurables(form({ resolution }), desktop, FRAME)).toEqual({ resolution: { resolution } })
})

test('a custom resolution is sent as typed, without blanks', () => {
  const custom = form({ resolution: 'custom', width: ' 800 ', height: '0600' })
  expect(toConfigurables(custom, desktop, FRAME)).toEqual({ resolution: { resolution: '800x600' } })
})

test.each(['', 'many', '199', '8193', '-800', '8e2', '800.5', '99999999'])('%j is no size', (width) => {
  expect(Object.keys(checkForm(form({ resolution: 'custom', width }), desktop))).toEqual(['width'])
  expect(Object.keys(checkForm(form({ resolution: 'custom', height: width }), desktop))).toEqual(['height'])
})

test.each(['200', '8192', ' 1000 '])('%j is a size', (width) => {
  expect(checkForm(form({ resolution: 'custom', width }), desktop)).toEqual({})
})

test('what is not offered is not complained about', () => {
  expect(checkForm(form({ resolution: 'window', width: 'many' }), desktop)).toEqual({})
  expect(checkForm(form({ resolution: 'custom', width: 'many', startupFile: 'x' }), plain)).toEqual({})
})

test('a start-up file is a full path, or none', () => {
  expect(checkForm(form({ startupFile: 'plot.vsz' }), desktop).startupFile).toContain('full path')
  expect(checkForm(form({ startupFile: ' /workspace/a b.vsz ' }), desktop)).toEqual({})
  expect(toConfigurables(form({ startupFile: ' /workspace/a b.vsz ' }), desktop, FRAME)).toMatchObject({
    startupdata: { startupdata: '/workspace/a b.vsz' },
  })
  expect(toConfigurables(form({ startupFile: '  ' }), desktop, FRAME)).not.toHaveProperty('startupdata')
})

test('a start-up file is offered where both the image and the grant allow it', () => {
  expect(offersStartupFile(desktop)).toBe(true)
  expect(offersStartupFile({ ...desktop, policy: POLICY })).toBe(false)
  expect(offersStartupFile({ ...desktop, configurables: ['resolution'] })).toBe(false)
})
