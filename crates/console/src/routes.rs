//! Every page and every form of the console: one table, from which the server, its 405s and the sweep are made.

use actix_web::web::{self, ServiceConfig};

use crate::{assets, pages};

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET`, or `POST` for what changes something.
    pub method: &'static str,
    /// Its path, with names in braces.
    pub path: &'static str,
    /// The policy's action behind it; `public` where there is none.
    pub action: &'static str,
}

macro_rules! routes {
    ($($action:literal: $method:ident $path:literal => $($handler:ident)::+;)*) => {
        /// Every route.
        pub const ROUTES: &[Route] = &[$(Route { method: stringify!($method), path: $path, action: $action }),*];

        /// Serves them.
        pub fn configure(config: &mut ServiceConfig) {
            $(config.route($path, routes!(@ $method).to($($handler)::+));)*
        }
    };
    (@ GET) => { web::get() };
    (@ POST) => { web::post() };
}

routes! {
    "public": GET "/console/assets/{file}" => assets::file;
    "public": GET "/console/sign-in" => pages::sign_in::show;
    "public": POST "/console/sign-in" => pages::sign_in::send;
    "public": GET "/console/invitation" => pages::coming_in::show;
    "public": POST "/console/invitation" => pages::coming_in::send;
    "public": GET "/console/lost-password" => pages::new_password::ask;
    "public": POST "/console/lost-password" => pages::new_password::send;
    "public": GET "/console/new-password" => pages::new_password::show;
    "public": POST "/console/new-password" => pages::new_password::set;

    "account.keep": GET "/console/account" => pages::account::show;
    "account.keep": POST "/console/account/password" => pages::account::change_password;
    "account.keep": POST "/console/account/sessions/{session}/end" => pages::account::end_session;
    "account.keep": POST "/console/sign-out" => pages::account::sign_out;

    "department.read": GET "/console" => pages::home::show;
    "department.found": GET "/console/found-department" => pages::founding::ask;
    "department.found": POST "/console/found-department" => pages::founding::found;
    "department.read": GET "/console/departments/{department}" => pages::department::show;
    "department.edit": GET "/console/departments/{department}/settings" => pages::founding::settings;
    "department.edit": POST "/console/departments/{department}/settings" => pages::founding::change;
    "department.read": GET "/console/departments/{department}/people" => pages::membership::list;
    "department.grant": POST "/console/departments/{department}/people" => pages::membership::give;
    "department.grant": POST "/console/departments/{department}/people/{member}/take" => pages::membership::take;

    "live.read": GET "/console/departments/{department}/live" => pages::live::list;
    "draft.read": GET "/console/departments/{department}/intents" => pages::intents::list;
    "draft.edit": GET "/console/departments/{department}/intents/new" => pages::intents::ask;
    "draft.edit": POST "/console/departments/{department}/intents/new" => pages::intents::create;
    "draft.read": GET "/console/departments/{department}/intents/{intent}" => pages::intent::show;
    "draft.edit": POST "/console/departments/{department}/intents/{intent}" => pages::intent::change;
    "draft.edit": POST "/console/departments/{department}/intents/{intent}/phrases" => pages::phrases::add;
    "draft.edit": POST "/console/departments/{department}/intents/{intent}/phrases/{phrase}/delete" => pages::phrases::delete;
    "draft.edit": GET "/console/departments/{department}/intents/{intent}/answers/{answer}" => pages::answer::ask;
    "draft.edit": POST "/console/departments/{department}/intents/{intent}/answers/{answer}" => pages::answer::save;
    "draft.edit": GET "/console/departments/{department}/intents/{intent}/delete" => pages::intent::ask_delete;
    "draft.edit": POST "/console/departments/{department}/intents/{intent}/delete" => pages::intent::delete;
    "draft.read": GET "/console/departments/{department}/advice" => pages::advice::show;
    "draft.edit": GET "/console/departments/{department}/import" => pages::exchange::ask;
    "draft.edit": POST "/console/departments/{department}/import" => pages::exchange::bring;
    "draft.read": GET "/console/departments/{department}/export" => pages::exchange::export;

    "draft.read": GET "/console/departments/{department}/publish" => pages::publish::show;
    "release.publish": POST "/console/departments/{department}/publish" => pages::publish::send;
    "release.read": GET "/console/departments/{department}/releases" => pages::releases::list;
    "release.read": GET "/console/departments/{department}/releases/{number}" => pages::releases::show;
    "release.publish": POST "/console/departments/{department}/releases/{number}/restore" => pages::releases::restore;

    "live.read": GET "/console/try" => pages::trial::show;
    "conversation.read": GET "/console/conversations" => pages::conversations::list;
    "conversation.read": GET "/console/conversations/{conversation}" => pages::conversations::show;
    "member.read": GET "/console/people" => pages::people::list;
    "member.invite": GET "/console/invitations" => pages::invitations::list;
    "member.invite": POST "/console/invitations" => pages::invitations::invite;
    "member.invite": POST "/console/invitations/{invitation}/revoke" => pages::invitations::revoke;
    "channel.manage": GET "/console/channels" => pages::channels::list;
    "channel.manage": POST "/console/channels" => pages::channels::open;
    "channel.manage": GET "/console/channels/{channel}" => pages::channels::show;
    "channel.manage": POST "/console/channels/{channel}" => pages::channels::change;
    "channel.manage": POST "/console/channels/{channel}/close" => pages::channels::close;
}
