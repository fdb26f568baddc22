/** The task list hears of what arrives, says so above the list, and moves nothing that is being read (jp.kasane.task.web.TaskNews). */
const views = document.getElementById('task-views');
const news = document.getElementById('task-news');
if (views && news) {
  const view = views.dataset.view!;
  const shown = () => views.querySelector<HTMLElement>(`[data-count="${view}"]`)!;
  const before = shown().textContent;
  const words = news.querySelector<HTMLElement>('[data-one]')!;
  const source = new EventSource(`/tasks/news?view=${encodeURIComponent(view)}&since=${encodeURIComponent(views.dataset.since!)}`);
  source.addEventListener('counts', (event) => {
    const counts = JSON.parse((event as MessageEvent<string>).data) as Record<string, string | number>;
    for (const count of views.querySelectorAll<HTMLElement>('[data-count]')) {
      count.textContent = String(counts[count.dataset.count!] ?? '');
    }
    const arrived = Number(counts.arrived);
    if (arrived > 0 || shown().textContent !== before) {
      words.textContent = words.dataset.one!.replace('{0}', arrived > 99 ? '99+' : String(arrived));
      news.hidden = false;
    }
  });
  // A page that is kept for "back" must not keep its connection.
  window.addEventListener('pagehide', () => source.close());
}
