import { expect, test } from 'vitest'
import { personFile, personOf } from './person-file.ts'

test('an image is named by the last two parts of its path, with either slash', () => {
  for (const path of ['/data/a/b 1.jpg', 'a/b 1.jpg', './a//b 1.jpg', 'C:\\faces\\a\\b 1.jpg']) {
    expect([personFile(path), personOf(path)]).toEqual(['a/b 1.jpg', 'a'])
  }
  expect([personFile('b.jpg'), personOf('b.jpg')]).toEqual(['b.jpg', ''])
})
