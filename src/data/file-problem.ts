/** What an error of the file system means, in our words. */
export function fileProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder'
    case 'EISDIR':
      return 'expected a file, got a folder'
    case 'ENOTDIR':
      return 'expected a folder, got a file'
    case 'EACCES':
    case 'EPERM':
      return 'no permission'
    case 'ENOSPC':
      return 'the disk is full'
    default:
      return message.split('\n')[0]!
  }
}
