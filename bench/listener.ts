/** An open live page, as far as the training notices: asks for the events of an address and reads them until they end. */
import { get } from 'node:http'

get(`${process.argv[2]}events`, (response) => {
  response.once('data', () => console.log('listening'))
  response.on('data', () => {})
  response.on('close', () => process.exit(0))
}).on('error', () => process.exit(1))
