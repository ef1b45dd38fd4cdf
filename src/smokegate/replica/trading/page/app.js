// The dashboard of the trading replica: the backend's own word, or ERROR when it gives none.
const client = { baseURL:import.meta.env.VITE_API_BASE_URL };
const origin = typeof window !== "undefined" && window.location.href || "http://localhost";
const show = (id, text) => { document.getElementById(id).textContent = text; };

try {
  const response = await fetch(`${client.baseURL}/monitoring/summary`);
  if (!response.ok) throw new Error(`Request failed with status code ${response.status}`);
  const summary = await response.json();
  show("health", summary.backend_health.toUpperCase());
  show("sync", summary.last_sync_seconds === null ? "never" : `${Math.round(summary.last_sync_seconds)} s ago`);
} catch (error) {
  console.error(error);
  show("health", "ERROR");
  show("sync", "unknown");
}
