import { expect, test } from 'vitest'
import { checkGrant, newGrantForm, toGrant, type GrantForm } from '@/admin/grant'

const form = (keys: Partial<GrantForm> = {}): GrantForm => ({ ...newGrantForm(), imageName: 'a/b:1', ...keys })

test('a new form is refused for the image alone', () => {
  expect(Object.keys(checkGrant(newGrantForm()))).toEqual(['imageName'])
  expect(checkGrant(form())).toEqual({})
})

test.each([
  [{ volumeSource: '/a', volumeTarget: '/b' }, []],
  [{ volumeSource: ' ', volumeTarget: '' }, []],
  [{ volumeSource: '/a' }, ['volumeTarget']],
  [{ volumeTarget: '/b' }, ['volumeSource']],
  [{ volumeSource: 'a', volumeTarget: '/b' }, ['volumeSource']],
  [{ volumeSource: '/a', volumeTarget: 'b' }, ['volumeTarget']],
  [{ volumeSource: '/a:/c', volumeTarget: '/b' }, ['volumeSource']],
  [{ imageName: '  ' }, ['imageName']],
])('%j: wrong are %j', (keys, wrong) => {
  expect(Object.keys(checkGrant(form(keys))).sort()).toEqual(wrong)
})

test('each policy option reaches the server under its name', () => {
  const all = form({
    imageName: ' a/b:1 ',
    allowHome: false,
    allowView: true,
    allowStartupData: true,
    volumeSource: ' /a ',
    volumeTarget: '/b',
    readOnly: false,
    license: ' X-1 ',
  })
  expect(toGrant(all, '7')).toEqual({
    user_id: '7',
    image_name: 'a/b:1',
    app_license: 'X-1',
    allow_home: false,
    allow_view: true,
    volume_source: '/a',
    volume_target: '/b',
    volume_mode: 'rw',
    allow_startup_data: true,
  })
})

test('no volume has no mode, and an empty license is none', () => {
  expect(toGrant(form(), '7')).toMatchObject({ volume_source: null, volume_target: null, volume_mode: null, app_license: null })
  expect(toGrant(form({ volumeSource: '/a', volumeTarget: '/b' }), '7').volume_mode).toBe('ro')
})
