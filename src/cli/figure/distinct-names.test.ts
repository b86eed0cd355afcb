import { expect, test } from 'vitest'
import { distinctNames } from './distinct-names.ts'

test('distinctNames(folders) is the last name of each, with more of the path where two share it', () => {
  expect(distinctNames(['runs/a', 'runs/b/'])).toEqual(['a', 'b'])
  expect(distinctNames(['runs/lmcl/lfw', 'runs/nsl/lfw', 'runs/nsl/ytf'])).toEqual([
    'lmcl/lfw',
    'nsl/lfw',
    'ytf',
  ])
  expect(distinctNames(['x/1/a/lfw', 'x/2/a/lfw'])).toEqual(['1/a/lfw', '2/a/lfw'])
  expect(distinctNames(['runs/a', 'runs/a'])).toEqual(['a', 'a'])
})
