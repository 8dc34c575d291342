//! Where the configuration lies. Knows no setting.

use super::{PathBuf, Refusal, Request, files};

pub(super) fn locate(request: &Request) -> Result<PathBuf, Refusal> {
    if let Some(path) = &request.path {
        if matches!(path.try_exists(), Ok(false)) {
            return Err(Refusal::Missing(path.clone()));
        }
        return Ok(path.clone());
    }
    let places = files::search(&|name| request.environment.get(name).cloned());
    places.iter().find(|path| path.exists()).cloned().ok_or(Refusal::NotFound(places))
}
