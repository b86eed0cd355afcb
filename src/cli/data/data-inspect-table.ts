import { shown } from '../../errors.ts'
import type { Inspection, Spread } from './data-findings.ts'

/** How many of each kind are named. */
const NAMED = 5

/** What was found, in lines for the terminal. */
export function dataTable(
  found: Inspection,
  {
    stray,
    withoutLandmarks,
  }: { readonly stray: readonly string[]; readonly withoutLandmarks: readonly string[] },
): string[] {
  const of = ({ least, median, most }: Spread): string => `${least} … ${most}, median ${median}`
  const pairs = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name}: ${count}`)
      .join(', ')
  const lines = [
    `people            ${found.people} (${found.single} with one image)`,
    `images            ${found.images}, ${(found.bytes / 2 ** 20).toFixed(1)} MiB`,
    `images a person   ${of(found.imagesPerPerson)}`,
    `people by images  ${pairs(found.peopleByImages)}`,
    ...(found.height && found.width
      ? [
          `height            ${of(found.height)}`,
          `width             ${of(found.width)}`,
          `frequent sizes    ${pairs(found.sizes)}`,
        ]
      : []),
    `formats           ${pairs(found.formats)}`,
    `hash              ${found.hash} (names, labels, points)`,
    `content           ${found.contentHash} (names, labels, bytes)`,
  ]
  const part = (what: string, names: readonly string[]): void => {
    lines.push(`${names.length} ${what}${names.length > 0 ? ':' : ''}`)
    lines.push(...names.slice(0, NAMED).map((name) => `  ${shown(name, { longest: 200 })}`))
    if (names.length > NAMED) lines.push(`  … ${names.length - NAMED} more`)
  }
  if (stray.length > 0) part('files that are no <person>/<image>', stray)
  if (withoutLandmarks.length > 0) part('images without landmarks', withoutLandmarks)
  part(
    'pictures that cannot be used',
    found.unusable.map(({ reason }) => reason),
  )
  const groups = (list: readonly (readonly string[])[]): string[] => list.map((group) => group.join(' = '))
  part('groups of equal pictures of one person', groups(found.duplicates))
  part('groups of equal pictures of several people', groups(found.duplicatesAcrossPeople))
  for (const [path, people] of Object.entries(found.sharedNames))
    part(
      `people who by name are in ${path}`,
      people.map(({ here, there }) => (here === there ? here : `${here} = ${there}`)),
    )
  for (const [path, { people, limit }] of Object.entries(found.embedded?.alike ?? {}))
    part(
      `pairs of people who look like one, here and in ${path} (cosine of the centres ${limit.toFixed(3)} or more)`,
      people.map(({ here, there, cosine }) => `${here} = ${there} ${cosine.toFixed(3)}`),
    )
  if (found.embedded)
    part(
      `images that look unlike their person's others (cosine below ${found.embedded.farLimit.toFixed(3)})`,
      found.embedded.far.map(
        ({ name, cosine, nearest, nearestCosine }) =>
          `${name} ${cosine.toFixed(3)}, nearest ${nearest} ${nearestCosine.toFixed(3)}`,
      ),
    )
  return lines
}
