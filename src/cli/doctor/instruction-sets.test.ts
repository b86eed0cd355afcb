import { expect, test } from 'vitest'
import { instructionSets, instructionSetsOf, instructionSetsOfMac } from './instruction-sets.ts'

test('instructionSetsOf names what matters for arithmetic, of the first processor', () => {
  const x64 = `processor\t: 0
model name\t: Some CPU
flags\t\t: fpu sse sse4_2 avx avx2 fma avx512f avx512_vnni amx_tile amx_int8 hypervisor
bugs\t\t: none

processor\t: 1
flags\t\t: fpu
`
  expect(instructionSetsOf(x64)).toEqual([
    ...['sse4_2', 'avx', 'avx2', 'fma', 'avx512f', 'avx512_vnni', 'amx_tile', 'amx_int8'],
  ])
  expect(instructionSetsOf('processor\t: 0\nFeatures\t: fp asimd asimddp i8mm crc32\n')).toEqual([
    'asimd',
    'asimddp',
    'i8mm',
  ])
})

test('instructionSetsOf does not take part of a name for the name', () => {
  expect(instructionSetsOf('flags : avx512fp16 xavx2 avx512f_not')).toEqual([])
})

test('a text without flags says nothing', () => {
  expect(instructionSetsOf('processor : 0\n')).toBeUndefined()
  expect(instructionSetsOfMac('')).toBeUndefined()
})

test('instructionSetsOfMac names the features that are on', () => {
  const text = `hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_BF16: 0
hw.optional.arm.FEAT_SME2: 1
hw.optional.floatingpoint: 1
`
  expect(instructionSetsOfMac(text)).toEqual(['NEON', 'DotProd', 'I8MM', 'SME2'])
})

test('a platform that does not say is no error', async () => {
  expect(await instructionSets('win32')).toBeUndefined()
})
