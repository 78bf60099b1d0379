"""Names that nothing calls and that are read all the same: by the OpenAPI document, by SQL, by
people. One line each; vulture takes a use for a use."""

# Fields of answers and bodies, which stand in the OpenAPI document.
_.contact_limit
_.mute_marketing
_.lowered
_.objection
_.may_answer
_.addition
_.supersedes
_.due_again
_.newer_shipped
_.added_at
_.added_by
_.next_cursor
_.time_token
_.remove_otp
_.from_
_.access_token
_.device_token
_.has_key
_.has_pin
_.has_otp
_.done_at
_.done_by
_.device_name
_.recorded
_.changed_by
_.press_statements
_.channels
_.reported_by
_.next_deadline
_.suggestions
_.due_soon
_.last_day
_.taken_by
_.steps_done
_.counter_no
_.head_count
_.in_charge_of
_.changed_by
_.press_statements
_.took_ms
_.within_ms
_.in_order
_.gate_kept
_.final
_.drill_terms
_.q
_.only_
_.exclude
_.expirationTime
# Columns that only SQL or an auditor reads.
_.limit_count
_.limit_per
_.muted_by
_.muted_at
_.muted_reason
_.unmuted_by
_.unmuted_at
_.unmuted_reason
_.do_not_contact_by
_.do_not_contact_at
_.do_not_contact_reason
_.sent_back_by
_.sent_back_at
_.sent_back_reason
_.customer_id
_.reviewed_at
_.fingerprint
_.head_seq
_.paired_by
_.created_at
_.compliance_by
_.legal_by
# The name of an operation in the OpenAPI document.
_.__doc__
# Asked for by the libraries that call us: Flask, python-socketio, and gevent's WSGI handler.
_.ensure_sync
_.request_class
_.full_dispatch_request
_.session_interface
_.default_mimetype
_.get_wsgi_headers
_.MessageClass
_._headers
_.log_request
_.response_length
_.packet_class
# Asked for by the libraries that bring messages to the outside: smtplib, http.client, requests, Apprise.
_._get_socket
_.auto_open
_.trust_env
_.get_adapter
_.throttle
# Called by the standard library's servers, and by the name of a mail command.
_.daemon_threads
_.handle_error
client_address
_.do_GET
_.do_PUT
_.log_message
_.readinto
_.full_dispatch_request
_.request_class
_.finish
_.on_ehlo
_.on_starttls
_.on_auth
_.on_mail
_.on_rcpt
_.on_rset
_.on_quit
# Called by a library that tests drive, or by name.
_.patience
_._engineio_client_class
_.teardown
_.do_GET
_.log_message
# Orders to a test's server, called by their names.
_.know
_.switch_off
TestAnyIncident
_._next_due
# Columns and fields of statistics, named in loops.
_.acknowledged_in
_.contained_in
_.business_line
_.p90
_.complaint_kinds
# Fields of an incident, which stand in the OpenAPI document.
_.changed_by
_.press_statements
_.statement_drafts
_.risk_notice
# Fields of the calendar.
_.dry_run
_.confirmed
_.may_import
