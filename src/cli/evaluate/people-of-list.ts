import { type Pairs, type PeopleOfPairs, peopleOfPairs, sharedPeople } from '../../evaluate/index.ts'

/** Whom the pairs of a list show, and how many of these are in more than one fold; null where nobody is known. */
export interface PeopleOfList {
  readonly people: PeopleOfPairs
  readonly peopleInSeveralFolds: number | null
}

/** The people of a list of pairs, by the folders of the images. Says so where that tells nobody, and where folds share people. */
export function peopleOfList(
  file: string,
  pairs: Pairs,
  { say, remedy = '' }: { readonly say: (line: string) => void; readonly remedy?: string },
): PeopleOfList {
  const people = peopleOfPairs(pairs)
  if (people.over === 'pairs') {
    say(`${file}: intervals are over pairs, not over people: ${people.why}`)
    return { people, peopleInSeveralFolds: null }
  }
  const peopleInSeveralFolds = sharedPeople(pairs, people)
  if (peopleInSeveralFolds > 0)
    say(
      `${file}: ${peopleInSeveralFolds} people are in more than one fold, so that thresholds are chosen on people whom they then judge${remedy}`,
    )
  return { people, peopleInSeveralFolds }
}
