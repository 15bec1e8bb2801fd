import { AnnalsError } from '../../base/errors.ts'

/** A package that annals does not bring along. `storage/unavailable` says how to get it when it does not load. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const message = `This storage needs the package "${name}", which could not be loaded (${cause}). npm install ${name}`
    throw new AnnalsError('storage/unavailable', message, { package: name }, { cause })
  }
}
