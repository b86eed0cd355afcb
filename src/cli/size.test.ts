import { expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { parseSize } from './size.ts'

test('parseSize(text) reads height, then width', () => {
  expect(parseSize('112x96', '--size')).toEqual({ height: 112, width: 96 })
})

test.each([
  '112',
  '112x',
  'x96',
  '0x96',
  '112x0',
  '112×96',
  '112X96',
  '112x96x3',
  '5000x96',
  '-1x5',
  '1.5x2',
  '',
])('parseSize refuses "%s" and says what it expects', (text) => {
  expect(() => parseSize(text, '--size')).toThrow(
    new UsageError(`--size: expected HEIGHTxWIDTH in pixels, such as 112x96, got ${text}`),
  )
})
