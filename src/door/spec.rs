//! The `[net]` table: what the door lets through beyond the public internet.

use std::net::IpAddr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Settings;
use crate::model::Fault;

/// Keys of the table.
pub const KEYS: &[&str] = &["allow", "ports"];

/// The table `[net]` as written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Networks or addresses that may be reached although they are not public, such as `10.20.0.0/16`; on them any port may be used.
    pub allow: Vec<String>,
    /// Ports that may be used everywhere, beside 80 and 443.
    pub ports: Vec<u16>,
}

impl Spec {
    /// Checks the table; all faults at once.
    pub fn compile(&self) -> Result<Settings, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut allow = Vec::with_capacity(self.allow.len());
        for (index, text) in self.allow.iter().enumerate() {
            let net = text.trim().parse::<IpNet>().ok().or_else(|| text.trim().parse::<IpAddr>().ok().map(IpNet::from));
            let expected = match net {
                None => "a network such as `10.20.0.0/16` or an address such as `10.20.0.7`",
                Some(net) if net.prefix_len() == 0 => "networks of your own: `/0` would take the door off its hinges",
                Some(net) => {
                    allow.push(net.trunc());
                    continue;
                }
            };
            faults.push(Fault::new(format!("allow[{index}]"), text, expected));
        }
        for (index, port) in self.ports.iter().enumerate().filter(|(_, port)| **port == 0) {
            faults.push(Fault::new(format!("ports[{index}]"), port.to_string(), "a port from 1 to 65535"));
        }
        if faults.is_empty() { Ok(Settings { allow, ports: self.ports.clone() }) } else { Err(faults) }
    }
}
