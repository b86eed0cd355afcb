import { UsageError } from '../errors.ts'
import { rng } from '../math/rng.ts'
import { deck } from './deck.ts'
import { batchesPerEpoch, epochOrder } from './order.ts'

/**
 * How the images of a batch are chosen. `shuffle`: each image once an epoch. `balanced`: each person equally often, however
 * many images there are of them. `pk`: a batch of P people with K images each, as losses want it that compare images within
 * a batch (Hermans, Beyer and Leibe 2017).
 */
export type SamplerName = 'shuffle' | 'balanced' | 'pk'

/** Which images make up the batches. */
export interface SamplerOptions {
  /** Default shuffle. */
  readonly sampler?: SamplerName
  /** K of `pk`: images of a person in a batch, 2 or more, a divisor of the batch. Default 4. */
  readonly imagesPerPerson?: number
}

// Keys that keep these streams apart from every other user of the seed: "people" and "images" in ASCII.
const PEOPLE = 0x70656f706c65
const IMAGES = 0x696d61676573

/**
 * The images of an epoch (from 0) in the order in which batches take them, int32 [B · batch], B = ⌊count / batch⌋: a pure
 * function of (labels, batch, seed, epoch). `balanced` and `pk` deal people in shuffled passes, and each person's images in
 * shuffled passes; a batch has no person twice (`pk`: no person's group twice) unless there are too few, and no image twice
 * unless its person has fewer than the batch asks for.
 * @throws UsageError for a name that is no sampler, K below 2 or not a divisor of `batch`, and fewer than batch / K people.
 */
export function sampler(
  labels: Int32Array,
  {
    batch,
    seed,
    sampler: name = 'shuffle',
    imagesPerPerson = 4,
  }: SamplerOptions & { readonly batch: number; readonly seed: number },
): (epoch: number) => Int32Array {
  if (name === 'shuffle') {
    const perEpoch = batchesPerEpoch(labels.length, batch) * batch
    return (epoch) => epochOrder(labels.length, { seed, epoch }).subarray(0, perEpoch)
  }
  if (name !== 'balanced' && name !== 'pk')
    throw new UsageError(`sampler: expected one of shuffle, balanced, pk, got ${name}`)
  const people = imagesByPerson(labels)
  if (name === 'pk') checkPeople(people.length, { batch, imagesPerPerson })
  const each = name === 'pk' ? imagesPerPerson : 1
  return (epoch) => {
    const batches = batchesPerEpoch(labels.length, batch)
    const order = new Int32Array(batches * batch)
    const peopleDeck = deck(people.length, rng(seed, PEOPLE, epoch))
    // Of most people of a long list an epoch may take none: decks are shuffled when they are wanted.
    const decks: (ReturnType<typeof deck> | undefined)[] = new Array(people.length)
    let at = 0
    for (let b = 0; b < batches; b++) {
      const hand = peopleDeck.hand(batch / each)
      const dealt = new Map<number, Iterator<number>>()
      for (const [person, times] of timesOf(hand)) {
        const dealer = (decks[person] ??= deck(people[person]!.length, rng(seed, IMAGES, epoch, person)))
        // In one hand, so that no image comes twice while there is another.
        dealt.set(person, dealer.hand(times * each).values())
      }
      for (const person of hand)
        for (let k = 0; k < each; k++) order[at++] = people[person]![dealt.get(person)!.next().value!]!
    }
    return order
  }
}

/**
 * Checks that batches of P × K can be made of so many people.
 * @throws UsageError for K below 2 or not a divisor of `batch`, and fewer than batch / K people.
 */
export function checkPeople(
  people: number,
  { batch, imagesPerPerson }: { readonly batch: number; readonly imagesPerPerson: number },
): void {
  if (!(Number.isSafeInteger(imagesPerPerson) && imagesPerPerson >= 2))
    throw new UsageError(
      `sampler pk: imagesPerPerson must be a whole number of at least 2 (one image has nothing to be compared with; balanced takes one a person), got ${imagesPerPerson}`,
    )
  if (batch % imagesPerPerson !== 0)
    throw new UsageError(
      `sampler pk: a batch must be a multiple of imagesPerPerson (${imagesPerPerson}), got ${batch}`,
    )
  if (people < batch / imagesPerPerson)
    throw new UsageError(
      `sampler pk: a batch of ${batch} with ${imagesPerPerson} images a person needs ${batch / imagesPerPerson} people, got ${people}`,
    )
}

/** How often each occurs. */
function timesOf(items: Int32Array): Map<number, number> {
  const times = new Map<number, number>()
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1)
  return times
}

/** The images of each label that has any, in their order. */
function imagesByPerson(labels: Int32Array): Int32Array[] {
  const most = labels.reduce((m, label) => Math.max(m, label), -1)
  const counts = new Int32Array(most + 1)
  for (const label of labels) counts[label]!++
  const people = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (let i = 0; i < labels.length; i++) people[labels[i]!]![counts[labels[i]!]!++] = i
  return people.filter((images) => images.length > 0)
}
