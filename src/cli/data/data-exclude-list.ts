import type { Inspection } from './data-findings.ts'

/**
 * A list that `train --exclude` takes: pictures that cannot be used, of equal pictures of one person all but the first, equal
 * pictures of several people, people in common with a test set, images far from their person's others. Each under a comment
 * that says why, so that a user can take lines out.
 */
export function excludeList(found: Inspection, { say }: { readonly say: (line: string) => void }): string {
  const parts: [string, readonly string[]][] = [
    ['pictures that cannot be used', found.unusable.map(({ name }) => name)],
    [
      'pictures that are there before, of the same person',
      found.duplicates.flatMap((group) => group.slice(1)),
    ],
    ['pictures that are there of several people', found.duplicatesAcrossPeople.flat()],
    ...Object.entries(found.sharedNames).map(([path, people]): [string, string[]] => [
      `people who by name are in ${path}`,
      people.map(({ here }) => here),
    ]),
    ...Object.entries(found.embedded?.alike ?? {}).map(([path, { people, limit }]): [string, string[]] => [
      `people who look like people in ${path} (cosine of the centres ${limit.toFixed(3)} or more)`,
      people.map(({ here }) => here),
    ]),
    ...(found.embedded
      ? [
          [
            `images that look unlike their person's others (cosine below ${found.embedded.farLimit.toFixed(3)})`,
            found.embedded.far.map(({ name }) => name),
          ] as [string, string[]],
        ]
      : []),
  ]
  const seen = new Set<string>()
  const lines = ['# Written by steradian data inspect; steradian train --exclude takes it.']
  for (const [reason, names] of parts) {
    const fresh = names.filter((name) => !seen.has(name) && seen.add(name))
    const listable = fresh.filter(isListable)
    for (const name of fresh)
      if (!isListable(name))
        say(`the list cannot name ${JSON.stringify(name)}: rename it, or leave it out by hand`)
    if (listable.length > 0) lines.push('', `# ${listable.length} ${reason}`, ...listable)
  }
  return `${lines.join('\n')}\n`
}

/** Whether a line of the list would be read as this name. */
const isListable = (name: string): boolean =>
  name === name.trim() && !/[\r\n]/.test(name) && !name.startsWith('#')
