import { type Command, type CommandCall, type Jobs, type JobView, type MessageCatalog, notFound } from '../api/index.js';

const json = { name: 'json', description: 'Print JSON.' };
const id = { name: 'id', description: 'Id of the job, as "portico jobs list" shows it.', required: true };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** `portico jobs …`, for the composition root to contribute. */
export function jobCommands(jobs: Jobs, messages: MessageCatalog): readonly Command[] {
  const nameOf = ({ label, kind, title }: JobView): string =>
    label ? messages.for(label.module).text(label.key, label.values) : `${kind} ${title}`;
  const find = async ({ arguments: { id: typed = '' } }: CommandCall): Promise<JobView> => {
    const job = uuid.test(typed) ? await jobs.find(typed) : undefined;
    if (!job) throw notFound('job');
    return job;
  };
  return [
    {
      name: 'jobs list',
      summary: 'List the newest jobs: long work that waits, runs or has ended.',
      options: [json],
      whenEmpty: 'There is no job.',
      run: async ({ options, print }) => {
        const list = await jobs.list();
        if (options.json) print(JSON.stringify(list.map(asJson), undefined, 2));
        else for (const job of list) print(`${job.id}  ${job.state}  ${progressOf(job)}  ${nameOf(job)}  (${job.by.name})`);
      },
    },
    {
      name: 'jobs show',
      summary: 'Show how far a job has come.',
      arguments: [id],
      options: [json],
      run: async (call) => {
        const job = await find(call);
        if (call.options.json) return call.print(JSON.stringify(asJson(job), undefined, 2));
        call.print(`${nameOf(job)}: ${job.state}, ${progressOf(job)}`);
        call.print(`Begun by ${job.by.name} at ${job.createdAt.toISOString()}.`);
        if (job.endedAt) call.print(`Ended at ${job.endedAt.toISOString()}.`);
        if (job.message) call.print(job.message);
      },
    },
    {
      name: 'jobs cancel',
      summary: 'Cancel a job that waits or runs; what is done stays done.',
      arguments: [id],
      run: async (call) => {
        const job = await find(call);
        await jobs.cancel(job.id);
        call.print(`${nameOf(job)} is cancelled.`);
      },
    },
  ];
}

const progressOf = ({ done, total }: JobView): string => (total > 0 ? `${done} of ${total}` : `${done}`);

function asJson({ id, kind, title, scope, by, state, done, total, message, createdAt, startedAt, endedAt }: JobView): object {
  const time = (date: Date | undefined): string | null => date?.toISOString() ?? null;
  return {
    id,
    kind,
    title,
    scope,
    by,
    state,
    done,
    total,
    message: message ?? null,
    createdAt: time(createdAt),
    startedAt: time(startedAt),
    endedAt: time(endedAt),
  };
}
