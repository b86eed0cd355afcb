import { describe, expect, it } from 'vitest'
import { trainingClass, trainingOverlap } from './megaface-training.ts'

it('trainingClass(images) is small below 500,000', () => {
  expect(trainingClass(499_999)).toBe('small')
  expect(trainingClass(500_000)).toBe('large')
})

describe('trainingOverlap(text, ids)', () => {
  const ids = ['Aaron_Eckhart', 'Chloë_Sevigny', 'James_McAvoy']

  it.each([
    'Aaron_Eckhart',
    'aaron eckhart',
    'AaronEckhart',
    'faces/Aaron-Eckhart/0001.jpg 17',
    'Aaron_Eckhart_0001.jpg',
    '17,aaron.eckhart',
    'Aaron_Eckhart\t23',
    'C:\\faces\\AARON ECKHART\\1.png',
  ])('finds the person of %s', (line) => {
    expect(trainingOverlap(`nobody/1.jpg\n${line}\n`, ids).shared).toEqual(['Aaron_Eckhart'])
  })

  it('finds names without their accents, and each once', () => {
    const { shared } = trainingOverlap('chloe sevigny\nChloé_Sevigny\nJAMES_MCAVOY/1.jpg 0\n', ids)
    expect(shared).toEqual(['Chloë_Sevigny', 'James_McAvoy'])
  })

  it('takes no part of a name for the name', () => {
    expect(trainingOverlap('Aaron\nEckhart\nAaron_Eckhart_Jr\nMy_Aaron_Eckhart/1.jpg', ids).shared).toEqual(
      [],
    )
  })

  it('counts lines and images', () => {
    const { lines, images } = trainingOverlap('# comment\n\na/1.jpg 0\nb/2.PNG\nSomebody\n', ids)
    expect([lines, images]).toEqual([3, 2])
  })

  it('says nothing where ids are numbers', () => {
    expect(trainingOverlap('001\n002', ['001', '002']).shared).toBeNull()
  })
})
