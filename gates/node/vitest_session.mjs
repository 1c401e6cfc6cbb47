// A reporter of Vitest that says what its JUnit file leaves out: attempts, lines, stray errors.
// GATESCORE_SESSION names the file to write. Vitest 1 and 2 call onFinished, 3 both, 4 the other.
import { writeFileSync } from "node:fs";

function told(task, file, above = []) {
  const names = [...above, task.name];
  if (task.type === "suite" || task.tasks) {
    return (task.tasks ?? []).flatMap((inner) => told(inner, file, task.filepath ? [] : names));
  }
  return [
    {
      file,
      name: names.join(" > "),
      line: task.location?.line ?? 0,
      retries: task.result?.retryCount ?? 0,
    },
  ];
}

export default class Session {
  onFinished(files = [], errors = []) {
    this.write(files, errors);
  }

  onTestRunEnd(modules, errors = []) {
    this.write(
      modules.map((one) => one.task),
      errors,
    );
  }

  write(files, errors) {
    const tests = files.flatMap((file) => told(file, file.filepath));
    const said = errors.map((error) => String(error?.message ?? error).split("\n")[0]);
    writeFileSync(process.env.GATESCORE_SESSION, JSON.stringify({ tests, errors: said }));
  }
}
